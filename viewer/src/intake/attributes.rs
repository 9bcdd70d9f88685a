//! Looking into OTLP attributes. A key that comes twice counts once, the first time; numbers are
//! taken from text as well, as some SDKs write them so.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};

/// Up to here a double has every whole number.
const MAX_EXACT: u64 = 1 << 53;

pub fn find<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a Value> {
    attributes
        .iter()
        .find(|attribute| attribute.key == key)
        .and_then(|attribute| attribute.value.as_ref()?.value.as_ref())
}

/// Text that is not empty.
pub fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    match find(attributes, key)? {
        Value::StringValue(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// The first of `keys` that has text, or a number or boolean as text.
pub fn first_scalar(attributes: &[KeyValue], keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| scalar(find(attributes, key)?)).filter(|text| !text.is_empty())
}

pub fn first_integer(attributes: &[KeyValue], keys: &[&str]) -> Option<i64> {
    keys.iter().find_map(|key| integer(attributes, key))
}

pub fn integer(attributes: &[KeyValue], key: &str) -> Option<i64> {
    match find(attributes, key)? {
        Value::IntValue(number) => Some(*number),
        Value::DoubleValue(number) if number.is_finite() => Some(number.round() as i64),
        Value::StringValue(text) => text.parse().ok(),
        _ => None,
    }
}

pub fn number(attributes: &[KeyValue], key: &str) -> Option<f64> {
    match find(attributes, key)? {
        Value::IntValue(number) => Some(*number as f64),
        Value::DoubleValue(number) => Some(*number),
        Value::StringValue(text) => text.parse().ok(),
        _ => None,
    }
}

/// A value that is not made of others, as people would write it.
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::StringValue(text) => Some(text.clone()),
        Value::BoolValue(flag) => Some(flag.to_string()),
        Value::IntValue(number) => Some(number.to_string()),
        Value::DoubleValue(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The value as JSON. A number that JSON or its readers cannot hold is text; bytes are base64.
pub fn json(value: Option<&AnyValue>) -> serde_json::Value {
    use serde_json::Value as Json;
    match value.and_then(|value| value.value.as_ref()) {
        None => Json::Null,
        Some(Value::StringValue(text)) => Json::from(text.as_str()),
        Some(Value::BoolValue(flag)) => Json::from(*flag),
        // Readers that know doubles only would get another number.
        Some(Value::IntValue(number)) if number.unsigned_abs() > MAX_EXACT => {
            number.to_string().into()
        }
        Some(Value::IntValue(number)) => Json::from(*number),
        Some(Value::DoubleValue(number)) => match serde_json::Number::from_f64(*number) {
            Some(number) => Json::from(number),
            None if number.is_nan() => "NaN".into(),
            None if *number > 0.0 => "Infinity".into(),
            None => "-Infinity".into(),
        },
        Some(Value::ArrayValue(array)) => {
            array.values.iter().map(|value| json(Some(value))).collect()
        }
        Some(Value::KvlistValue(list)) => object(&list.values),
        Some(Value::BytesValue(bytes)) => BASE64_STANDARD.encode(bytes).into(),
        Some(Value::StringValueStrindex(index)) => Json::from(*index),
    }
}

pub fn object(attributes: &[KeyValue]) -> serde_json::Value {
    let mut map = serde_json::Map::new();
    for attribute in attributes {
        map.entry(attribute.key.as_str()).or_insert_with(|| json(attribute.value.as_ref()));
    }
    map.into()
}
