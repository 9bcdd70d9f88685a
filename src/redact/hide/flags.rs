//! What is to be hidden, as OpenInference's `OPENINFERENCE_HIDE_*` have it.

use std::ops::{BitOr, BitOrAssign};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags(u16);

impl Flags {
    pub const NONE: Flags = Flags(0);
    pub const INPUTS: Flags = Flags(1);
    pub const OUTPUTS: Flags = Flags(1 << 1);
    pub const INPUT_MESSAGES: Flags = Flags(1 << 2);
    pub const OUTPUT_MESSAGES: Flags = Flags(1 << 3);
    pub const INPUT_IMAGES: Flags = Flags(1 << 4);
    pub const INPUT_TEXT: Flags = Flags(1 << 5);
    pub const OUTPUT_TEXT: Flags = Flags(1 << 6);
    pub const PROMPTS: Flags = Flags(1 << 7);
    pub const CHOICES: Flags = Flags(1 << 8);
    pub const LLM_TOOLS: Flags = Flags(1 << 9);
    pub const LLM_INVOCATION_PARAMETERS: Flags = Flags(1 << 10);
    pub const EMBEDDINGS_VECTORS: Flags = Flags(1 << 11);
    pub const EMBEDDINGS_TEXT: Flags = Flags(1 << 12);

    pub const fn or(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// Whether one of `others` is among them.
    pub const fn any_of(self, others: Flags) -> bool {
        self.0 & others.0 != 0
    }

    #[must_use]
    pub fn without(self, others: Flags) -> Flags {
        Flags(self.0 & !others.0)
    }

    /// With these flags where `condition` holds.
    #[must_use]
    pub fn with(self, others: Flags, condition: bool) -> Flags {
        if condition { self | others } else { self }
    }
}

impl BitOr for Flags {
    type Output = Flags;

    fn bitor(self, other: Flags) -> Flags {
        self.or(other)
    }
}

impl BitOrAssign for Flags {
    fn bitor_assign(&mut self, other: Flags) {
        *self = *self | other;
    }
}
