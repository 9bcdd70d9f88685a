//! The same mapping as on the native thread, for a span that somebody in JS wants to read.

use std::cell::RefCell;
use std::sync::Arc;

use napi::{Either, Result};
use napi_derive::napi;
use opentelemetry::{Array, KeyValue, StringValue, Value};

use super::policy::{NativePolicy, policy};
use crate::cost::{Prices, add_cost};
use crate::handoff::{Keys, Record, Records, Value as Captured};
use crate::redact::{Policy, Redactions};
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

#[napi(object)]
pub struct Screened {
    pub attributes: Vec<DerivedAttribute>,
    /// Values in which something was redacted.
    pub redacted: u32,
    /// Values that were hidden whole because a rule could not be applied to them.
    pub failures: u32,
}

pub(super) fn derive(chunk: &[u8]) -> Derived {
    let mut derivation = Derivation::default();
    let mut json = Vec::new();
    let mut add =
        |kind, index, value: Captured<'_>, keys: &Keys<'_>| match PartKind::from_byte(kind) {
            Some(PartKind::Json) => json.push(JsonPart { index, json: json_text(value, keys) }),
            Some(kind) => derivation.add(kind, value, keys),
            None => {}
        };
    let mut records = Records::new(chunk);
    while let Some(Ok(record)) = records.next() {
        match record {
            Record::Part(part) => add(part.kind, part.index, part.value, records.keys()),
            Record::Written(written) => {
                let snapshot = written.snapshot();
                add(written.kind, written.index, snapshot.value(), &Keys::default());
            }
            Record::End(_) | Record::Discard { .. } => {}
        }
    }
    Derived { attributes: all(derivation.finish().into_entries()), json }
}

pub(super) fn screen(
    attributes: Vec<DerivedAttribute>,
    event: Option<&str>,
    told: NativePolicy,
) -> Result<Screened> {
    let redactions = Arc::<Redactions>::default();
    let policy = Policy { redactions: Arc::clone(&redactions), ..known_policy(told)? };
    let entry = |DerivedAttribute { key, value }| KeyValue::new(key, given(value));
    let mut entries = attributes.into_iter().map(entry).collect();
    policy.apply_to_attributes(&mut entries, event);
    let (redacted, failures) = redactions.counts();
    Ok(Screened { attributes: all(entries), redacted: few(redacted), failures: few(failures) })
}

/// As many as there are attributes at the most.
fn few(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

thread_local! {
    /// Its rules take long to make, and it hardly ever changes.
    static LAST_POLICY: RefCell<Option<(NativePolicy, Policy)>> = const { RefCell::new(None) };
}

fn known_policy(told: NativePolicy) -> Result<Policy> {
    LAST_POLICY.with_borrow_mut(|last| match last {
        Some((known, made)) if *known == told => Ok(made.clone()),
        _ => {
            let made = policy(told.clone())?;
            *last = Some((told, made.clone()));
            Ok(made)
        }
    })
}

/// What `given` says of a call comes to this cost.
pub(super) fn price(given: Vec<DerivedAttribute>, prices: &Prices) -> Vec<DerivedAttribute> {
    let known = given.into_iter().filter_map(|DerivedAttribute { key, value }| match value {
        Either::A(Either::A(text)) => Some(KeyValue::new(key, text)),
        Either::A(Either::B(Either::A(number))) => {
            Some(KeyValue::new(key, integer_or_float(number)))
        }
        _ => None,
    });
    let mut attributes: Vec<KeyValue> = known.collect();
    let before = attributes.len();
    add_cost(&mut attributes, prices);
    all(attributes.split_off(before.min(attributes.len())))
}

/// As the handoff reads a number.
fn integer_or_float(number: f64) -> Value {
    Captured::Number(number).integer().map_or(Value::F64(number), Value::I64)
}

fn all(entries: Vec<KeyValue>) -> Vec<DerivedAttribute> {
    let attribute = |entry: KeyValue| DerivedAttribute {
        key: entry.key.to_string(),
        value: value(entry.value),
    };
    entries.into_iter().map(attribute).collect()
}

fn given(value: Either<Scalar, Vec<Scalar>>) -> Value {
    match value {
        Either::A(Either::A(text)) => text.into(),
        Either::A(Either::B(Either::A(number))) => number.into(),
        Either::A(Either::B(Either::B(bool))) => bool.into(),
        Either::B(items) => given_items(items),
    }
}

/// Of one type, as OpenTelemetry has them.
fn given_items(items: Vec<Scalar>) -> Value {
    Value::Array(match items.first() {
        Some(Either::B(Either::A(_))) => Array::F64(items.iter().filter_map(number_in).collect()),
        Some(Either::B(Either::B(_))) => Array::Bool(items.iter().filter_map(bool_in).collect()),
        _ => Array::String(items.into_iter().filter_map(text_in).collect()),
    })
}

fn text_in(item: Scalar) -> Option<StringValue> {
    match item {
        Either::A(text) => Some(text.into()),
        Either::B(_) => None,
    }
}

fn number_in(item: &Scalar) -> Option<f64> {
    match item {
        Either::B(Either::A(number)) => Some(*number),
        _ => None,
    }
}

fn bool_in(item: &Scalar) -> Option<bool> {
    match item {
        Either::B(Either::B(bool)) => Some(*bool),
        _ => None,
    }
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
