//! What the parts of one span say about it, part by part as they come.

use super::attributes::Attributes;
use super::kind::PartKind;
use super::openai::OpenAi;
use super::view::View;
use crate::handoff::{Keys, Value};

/// Refers to no chunk: a part has been read for good when `add` returns.
#[derive(Debug, Default)]
pub struct Derivation {
    attributes: Attributes,
    openai: Option<Box<OpenAi>>,
}

impl Derivation {
    pub fn add<'a>(&mut self, kind: PartKind, value: Value<'a>, keys: &Keys<'a>) {
        // Its attribute comes with the end of the span.
        if kind != PartKind::Json {
            let openai = self.openai.get_or_insert_default();
            openai.add(&mut self.attributes, kind, View { value, keys });
        }
    }

    /// How much memory is kept, near enough to bound it.
    pub fn bytes(&self) -> usize {
        self.attributes.bytes() + self.openai.as_ref().map_or(0, |openai| openai.bytes())
    }

    pub fn finish(mut self) -> Attributes {
        if let Some(openai) = self.openai {
            openai.finish(&mut self.attributes);
        }
        self.attributes
    }
}
