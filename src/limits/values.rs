//! The texts of a span one by one: of its attributes, events and links, and its status message.

use opentelemetry::trace::Status;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;

/// Where in a span a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Span,
    Event(usize),
    Link(usize),
}

pub(super) const STATUS_MESSAGE: &str = "status.message";

/// Visits each text with its key. Those of a list have the list's.
pub(super) fn each_text(span: &mut SpanData, mut visit: impl FnMut(Part, &str, &mut StringValue)) {
    in_attributes(&mut span.attributes, |key, text| visit(Part::Span, key, text));
    for (index, event) in span.events.events.iter_mut().enumerate() {
        in_attributes(&mut event.attributes, |key, text| visit(Part::Event(index), key, text));
    }
    for (index, link) in span.links.links.iter_mut().enumerate() {
        in_attributes(&mut link.attributes, |key, text| visit(Part::Link(index), key, text));
    }
    if let Status::Error { description } = &mut span.status
        && !description.is_empty()
    {
        let mut text = StringValue::from(std::mem::take(description).into_owned());
        visit(Part::Span, STATUS_MESSAGE, &mut text);
        *description = text.to_string().into();
    }
}

fn in_attributes(attributes: &mut [KeyValue], mut visit: impl FnMut(&str, &mut StringValue)) {
    for KeyValue { key, value, .. } in attributes {
        match value {
            Value::String(text) => visit(key.as_str(), text),
            Value::Array(Array::String(items)) => {
                items.iter_mut().for_each(|text| visit(key.as_str(), text));
            }
            _ => {}
        }
    }
}

/// How users find a value that was cut.
pub(super) fn name_of(part: Part, key: &str) -> String {
    match part {
        Part::Span => key.to_owned(),
        Part::Event(index) => format!("events.{index}.{key}"),
        Part::Link(index) => format!("links.{index}.{key}"),
    }
}
