//! What went into a span and what came out, as text: for the list, where a line has to do, and for
//! the search.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;

use super::attributes::{self, text};

/// What a line of the list has room for.
const PREVIEW_CHARS: usize = 200;

/// The keys of one direction.
pub struct Direction {
    value: &'static str,
    /// Begins the keys of OpenInference's messages.
    messages: &'static str,
    /// Who said what is shown; the last one of them, or the first.
    role: &'static str,
    is_last: bool,
    /// Where others than OpenInference write it.
    others: &'static [&'static str],
}

pub const INPUT: Direction = Direction {
    value: "input.value",
    messages: "llm.input_messages",
    role: "user",
    is_last: true,
    others: &["gen_ai.input.messages", "gen_ai.prompt", "traceloop.entity.input", "ai.prompt"],
};

pub const OUTPUT: Direction = Direction {
    value: "output.value",
    messages: "llm.output_messages",
    role: "assistant",
    is_last: false,
    others: &[
        "gen_ai.output.messages",
        "gen_ai.completion",
        "traceloop.entity.output",
        "ai.response.text",
    ],
};

/// One line: what a message said where the span has messages, else the value.
pub fn preview(attributes: &[KeyValue], direction: &Direction) -> Option<String> {
    let said = message(attributes, direction)
        .or_else(|| text(attributes, direction.value))
        .or_else(|| direction.others.iter().find_map(|key| text(attributes, key)))?;
    Some(line(said))
}

/// The whole value, as the span has it.
pub fn whole<'a>(attributes: &'a [KeyValue], direction: &Direction) -> Option<&'a str> {
    text(attributes, direction.value)
        .or_else(|| direction.others.iter().find_map(|key| text(attributes, key)))
        .or_else(|| message(attributes, direction))
}

/// Calls `visit` with all texts of one direction.
pub fn each<'a>(attributes: &'a [KeyValue], direction: &Direction, mut visit: impl FnMut(&'a str)) {
    // The value holds the messages as well.
    if let Some(value) = text(attributes, direction.value) {
        return visit(value);
    }
    for attribute in attributes {
        let key = attribute.key.as_str();
        let is_message = key.strip_prefix(direction.messages).is_some_and(|rest| {
            rest.is_empty() || rest.ends_with("content") || rest.ends_with("text")
        });
        if is_message || direction.others.contains(&key) {
            visit(text(attributes, key).unwrap_or_default());
        }
    }
}

/// `text` on one line, cut.
pub fn line(text: &str) -> String {
    let mut line = String::new();
    let mut chars = 0;
    for word in text.split_whitespace() {
        if chars > 0 {
            line.push(' ');
            chars += 1;
        }
        for char in word.chars() {
            if chars >= PREVIEW_CHARS {
                line.push('…');
                return line;
            }
            line.push(char);
            chars += 1;
        }
    }
    line
}

fn message<'a>(attributes: &'a [KeyValue], direction: &Direction) -> Option<&'a str> {
    let numbers = attributes.iter().filter_map(|attribute| {
        let rest = attribute.key.strip_prefix(direction.messages)?.strip_prefix('.')?;
        let number = rest.strip_suffix(".message.role")?.parse::<u32>().ok()?;
        let role = attributes::scalar(attribute.value.as_ref()?.value.as_ref()?)?;
        (role == direction.role).then_some(number)
    });
    let number = if direction.is_last { numbers.max() } else { numbers.min() }?;
    let prefix = format!("{}.{number}.message.content", direction.messages);
    if let Some(content) = text(attributes, &prefix) {
        return Some(content);
    }
    // Contents in parts: the first that is text.
    attributes.iter().find_map(|attribute| {
        let rest = attribute.key.strip_prefix(prefix.as_str())?;
        let is_text = rest.starts_with("s.") && rest.ends_with(".message_content.text");
        match attribute.value.as_ref()?.value.as_ref()? {
            Value::StringValue(text) if is_text && !text.is_empty() => Some(text.as_str()),
            _ => None,
        }
    })
}
