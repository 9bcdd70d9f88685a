//! The same mapping as on the native thread, for a span that somebody in JS wants to read.

use napi::Either;
use napi_derive::napi;
use opentelemetry::{Array, Value};

use crate::handoff::{Record, Records};
use crate::semconv::{Derivation, PartKind, json_text};

type Scalar = Either<String, Either<f64, bool>>;

#[napi(object)]
pub struct DerivedAttribute {
    pub key: String,
    #[napi(ts_type = "string | number | boolean | (string | number | boolean)[]")]
    pub value: Either<Scalar, Vec<Scalar>>,
}

#[napi(object)]
pub struct JsonPart {
    pub index: u32,
    pub json: String,
}

#[napi(object)]
pub struct Derived {
    pub attributes: Vec<DerivedAttribute>,
    pub json: Vec<JsonPart>,
}

pub(super) fn derive(chunk: &[u8]) -> Derived {
    let mut derivation = Derivation::default();
    let mut json = Vec::new();
    let mut records = Records::new(chunk);
    while let Some(Ok(record)) = records.next() {
        let Record::Part(part) = record else { continue };
        match PartKind::from_byte(part.kind) {
            Some(PartKind::Json) => {
                json.push(JsonPart {
                    index: part.index,
                    json: json_text(part.value, records.keys()),
                });
            }
            Some(kind) => derivation.add(kind, part.value, records.keys()),
            None => {}
        }
    }
    let attributes = derivation.finish().into_entries().into_iter();
    let attributes = attributes
        .map(|entry| DerivedAttribute { key: entry.key.to_string(), value: value(entry.value) })
        .collect();
    Derived { attributes, json }
}

fn value(value: Value) -> Either<Scalar, Vec<Scalar>> {
    Either::A(match value {
        Value::Bool(bool) => Either::B(Either::B(bool)),
        Value::I64(integer) => number(integer),
        Value::F64(float) => Either::B(Either::A(float)),
        Value::String(text) => Either::A(text.into()),
        Value::Array(array) => return Either::B(items(array)),
        other => Either::A(other.to_string()),
    })
}

fn items(array: Array) -> Vec<Scalar> {
    match array {
        Array::Bool(items) => items.into_iter().map(|item| Either::B(Either::B(item))).collect(),
        Array::I64(items) => items.into_iter().map(number).collect(),
        Array::F64(items) => items.into_iter().map(|item| Either::B(Either::A(item))).collect(),
        Array::String(items) => items.into_iter().map(|item| Either::A(item.into())).collect(),
        other => vec![Either::A(format!("{other:?}"))],
    }
}

#[expect(clippy::cast_precision_loss, reason = "it came from a JS number")]
fn number(integer: i64) -> Scalar {
    Either::B(Either::A(integer as f64))
}
