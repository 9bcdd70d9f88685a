//! Hides what a span says, as far as the user wants: the values of `table.rs`'s attributes, what
//! repeats them inside the JSON of a request or an answer, events of conventions that put messages
//! there, and the words of errors, which may quote any of it.
//!
//! What cannot be understood is hidden. Ids, names, roles, token counts and times stay.

mod events;
mod flags;
mod images;
mod kind;
mod parts;
mod table;

use std::borrow::Cow;

use opentelemetry::trace::Status;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;

use super::json::REDACTED;
pub use flags::Flags;
use kind::SpanKind;
use parts::{Looked, Parts};
use table::{Action, Content};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hide {
    pub flags: Flags,
    /// Images that are longer base64 than this are hidden too.
    pub base64_image_max_length: Option<usize>,
}

const INPUT: Flags = Flags::INPUTS.or(Flags::INPUT_MESSAGES).or(Flags::INPUT_TEXT);

impl Hide {
    pub fn is_nothing(&self) -> bool {
        *self == Hide::default()
    }

    pub fn apply(&self, span: &mut SpanData) {
        if self.is_nothing() {
            return;
        }
        let kind = SpanKind::of(&span.attributes);
        self.attributes(&mut span.attributes);
        for event in &mut span.events.events {
            self.event_attributes(&event.name, &mut event.attributes, kind);
        }
        for link in &mut span.links.links {
            self.in_place(&mut link.attributes, kind, |_| Action::Keep);
        }
        if let Status::Error { description } = &span.status
            && !description.is_empty()
            && table::hides_errors(self.flags)
        {
            span.status = Status::error(REDACTED);
        }
    }

    /// The attributes of an event of this name.
    fn event_attributes(&self, name: &str, attributes: &mut Vec<KeyValue>, kind: SpanKind) {
        let side = events::side(name).filter(|side| self.flags.any_of(*side));
        self.in_place(attributes, kind, |key| {
            if side.is_some() && !events::is_structure(key) {
                Action::Replace
            } else {
                Action::Keep
            }
        });
    }

    /// The attributes of a span, or of an event that stands by itself.
    pub fn apply_to(&self, attributes: &mut Vec<KeyValue>, event: Option<&str>) {
        match event {
            Some(name) if !self.is_nothing() => {
                self.event_attributes(name, attributes, SpanKind::of(&[]));
            }
            _ => self.attributes(attributes),
        }
    }

    pub(super) fn attributes(&self, attributes: &mut Vec<KeyValue>) {
        if self.is_nothing() {
            return;
        }
        let hide = Hide { flags: self.flags | repeated_in_answer(attributes, self.flags), ..*self };
        let kind = SpanKind::of(attributes);
        let given = if hide.flags.any_of(INPUT) { messages_given(attributes) } else { Vec::new() };
        hide.in_place(attributes, kind, |key| {
            let message = key.strip_prefix("llm.output_messages.");
            let index = message.and_then(|inside| inside.split_once('.'));
            match index {
                Some((index, inside)) if given.iter().any(|known| known == index) => {
                    let key = ["llm.input_messages.", index, ".", inside].concat();
                    table::action(&key, kind, hide.flags)
                }
                _ => Action::Keep,
            }
        });
    }

    /// `more` says what else becomes of an attribute than what the table says.
    fn in_place(
        &self,
        attributes: &mut Vec<KeyValue>,
        kind: SpanKind,
        more: impl Fn(&str) -> Action,
    ) {
        let is_text = |key: &str| {
            let mime_type = match key {
                "input.value" => "input.mime_type",
                "output.value" => "output.mime_type",
                _ => return false,
            };
            attributes.iter().any(|entry| {
                entry.key.as_str() == mime_type && entry.value.as_str() == "text/plain"
            })
        };
        let is_text = [is_text("input.value"), is_text("output.value")];
        let mut became_text = [false, false];
        attributes.retain_mut(|entry| {
            let key = entry.key.as_str();
            let side = ["input.value", "output.value"].iter().position(|value| *value == key);
            let mut action = table::action(key, kind, self.flags).max(more(key));
            if let Action::Look(content) = action {
                let is_text = side.and_then(|side| is_text.get(side).copied()).unwrap_or(false);
                action = self.look_into(&mut entry.value, content, kind, is_text);
            }
            match action {
                Action::Remove => return false,
                Action::Replace => {
                    entry.value = REDACTED.into();
                    if let Some(side) = side.and_then(|side| became_text.get_mut(side)) {
                        *side = true;
                    }
                }
                Action::Keep | Action::Look(_) => {}
            }
            true
        });
        // Else a viewer takes the word for JSON.
        for (became_text, key) in
            became_text.into_iter().zip(["input.mime_type", "output.mime_type"])
        {
            if became_text
                && let Some(entry) = attributes.iter_mut().find(|entry| entry.key.as_str() == key)
            {
                entry.value = "text/plain".into();
            }
        }
    }

    /// Changes the value where parts of it go; answers whether all of it does.
    fn look_into(
        &self,
        value: &mut Value,
        content: Content,
        kind: SpanKind,
        is_text: bool,
    ) -> Action {
        let parts = Parts::new(content, kind, self.flags, self.base64_image_max_length);
        match value {
            Value::String(text) => match parts.look_into(text.as_str(), is_text) {
                Looked::Keep => Action::Keep,
                Looked::Hide => Action::Replace,
                Looked::Change(changed) => {
                    *value = changed.into();
                    Action::Keep
                }
            },
            Value::Array(Array::String(items)) => {
                for item in items {
                    match parts.look_into(item.as_str(), is_text) {
                        Looked::Keep => {}
                        Looked::Hide => *item = StringValue::from(REDACTED),
                        Looked::Change(changed) => *item = changed.into(),
                    }
                }
                Action::Keep
            }
            _ => Action::Keep,
        }
    }
}

/// A completion may have been asked to repeat its prompt.
fn repeated_in_answer(attributes: &[KeyValue], flags: Flags) -> Flags {
    let hides_prompt = flags.any_of(Flags::PROMPTS | Flags::INPUTS | Flags::INPUT_TEXT);
    let repeats = |entry: &KeyValue| {
        entry.key.as_str() == "llm.invocation_parameters"
            && text_of(&entry.value).contains("\"echo\":true")
    };
    Flags::NONE.with(Flags::CHOICES, hides_prompt && attributes.iter().any(repeats))
}

/// The numbers of output messages that somebody else has said than the model.
fn messages_given(attributes: &[KeyValue]) -> Vec<String> {
    attributes
        .iter()
        .filter_map(|entry| {
            let inside = entry.key.as_str().strip_prefix("llm.output_messages.")?;
            let index = inside.strip_suffix(".message.role")?;
            parts::is_role_of_input(&text_of(&entry.value)).then(|| index.to_owned())
        })
        .collect()
}

fn text_of(value: &Value) -> Cow<'_, str> {
    value.as_str()
}

#[cfg(test)]
mod tests;
