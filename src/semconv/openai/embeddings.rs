//! Embeddings: texts, and a vector for each.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use opentelemetry::{Array, Value as AttributeValue};

use super::chat::answered;
use super::credentials::response_json;
use super::keys::{JSON_MIME_TYPE, numbered};
use super::usage::usage;
use super::{Part, parameters};
use crate::handoff::{Text, Value};
use crate::semconv::view::{View, items, some_text};

const LIST: &str = "embedding.embeddings";

/// Inputs that are lists of tokens are in the input alone.
pub(super) fn request(part: &mut Part<'_>, body: View<'_, '_>) {
    let [model, input] = body.pick(["model", "input"]);
    part.facts.requested(some_text(model));
    parameters::input(part, body, "embedding.invocation_parameters", &["input"]);
    let one = input.and_then(View::text).into_iter().map(|text| (0, text));
    let several = items(input).enumerate();
    let several = several.filter_map(|(index, item)| Some((index, item.text()?)));
    for (index, text) in one.chain(several) {
        part.add(numbered(LIST, index, "embedding.text"), text.into_string());
    }
}

pub(super) fn response(part: &mut Part<'_>, response: View<'_, '_>) {
    let [model, id, data, tokens] = response.pick(["model", "id", "data", "usage"]);
    answered(part, model, id);
    part.add("output.value", response_json(response));
    part.add("output.mime_type", JSON_MIME_TYPE);
    for (index, item) in items(data).enumerate() {
        if let Some(vector) = item.get("embedding").and_then(vector) {
            let vector = AttributeValue::Array(Array::F64(vector));
            part.add(numbered(LIST, index, "embedding.vector"), vector);
        }
    }
    usage(part, tokens);
}

fn vector(embedding: View<'_, '_>) -> Option<Vec<f64>> {
    match embedding.value {
        Value::Array(_) => embedding.items().map(View::number).collect(),
        Value::TypedArray(element, bytes) => Some(element.numbers(bytes).collect()),
        Value::Text(text) => from_base64(text),
        _ => None,
    }
}

/// Little-endian 32-bit floats.
fn from_base64(text: Text<'_>) -> Option<Vec<f64>> {
    let bytes = BASE64.decode(text.to_utf8().as_bytes()).ok()?;
    let (floats, rest) = bytes.as_chunks::<4>();
    let whole = rest.is_empty();
    whole.then(|| floats.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes))).collect())
}
