//! From what was captured to what goes on the wire: OpenInference attributes, derived here from
//! whole requests and responses so that the event loop never has to.
//!
//! A *part* is such a snapshot; its kind, one byte, says how to read it. The kinds are listed in
//! [`PartKind`] and, with the same numbers, in `js/handoff/parts.ts`.

mod attributes;
mod openai_chat;
mod values;

pub use attributes::Attributes;
pub use values::{attribute_value, json_text};

use crate::handoff::{Keys, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// A plain value; an attribute refers to it and gets its JSON.
    Json,
    OpenAiChatRequest,
    OpenAiChatResponse,
}

impl PartKind {
    pub fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => PartKind::Json,
            1 => PartKind::OpenAiChatRequest,
            2 => PartKind::OpenAiChatResponse,
            _ => return None,
        })
    }
}

/// Adds what a part of that kind says about its span.
pub fn derive(into: &mut Attributes, kind: PartKind, value: Value<'_>, keys: &Keys<'_>) {
    match kind {
        PartKind::Json => {}
        PartKind::OpenAiChatRequest => openai_chat::request(into, value, keys),
        PartKind::OpenAiChatResponse => openai_chat::response(into, value, keys),
    }
}
