//! Captured values as OpenTelemetry attribute values. What OpenTelemetry has no type for, objects
//! and mixed arrays, becomes its JSON.

use opentelemetry::{Array, StringValue, Value as AttributeValue};

use crate::handoff::{Keys, Value, write_json};

pub fn json_text(value: Value<'_>, keys: &Keys<'_>) -> String {
    let mut json = Vec::with_capacity(value.size_hint());
    write_json(&mut json, value, keys);
    String::from_utf8(json).unwrap_or_default()
}

/// `None` for `null`, which is how OpenTelemetry says that there is no such attribute.
pub fn attribute_value(value: Value<'_>, keys: &Keys<'_>) -> Option<AttributeValue> {
    Some(match value {
        Value::Null | Value::Part(_) => return None,
        Value::Bool(bool) => AttributeValue::Bool(bool),
        Value::Int(int) => AttributeValue::I64(i64::from(int)),
        Value::Number(number) => match value.integer() {
            Some(integer) => AttributeValue::I64(integer),
            None => AttributeValue::F64(number),
        },
        Value::Text(text) => AttributeValue::String(text.into_string().into()),
        Value::Array(_) => match array(value) {
            Some(array) => AttributeValue::Array(array),
            None => json_text(value, keys).into(),
        },
        Value::Object(_) | Value::Buffer(_) | Value::TypedArray(..) => {
            json_text(value, keys).into()
        }
    })
}

/// The items as one type, if they are of one; whole numbers among fractions count as fractions.
fn array(value: Value<'_>) -> Option<Array> {
    let first = value.items().next();
    match first {
        None => Some(Array::String(Vec::new())),
        Some(Value::Bool(_)) => all(value, |item| match item {
            Value::Bool(bool) => Some(bool),
            _ => None,
        })
        .map(Array::Bool),
        Some(Value::Int(_) | Value::Number(_)) => {
            all(value, Value::integer).map(Array::I64).or_else(|| all(value, float).map(Array::F64))
        }
        Some(Value::Text(_)) => {
            all(value, |item| item.text().map(|text| StringValue::from(text.into_string())))
                .map(Array::String)
        }
        Some(_) => None,
    }
}

fn all<'a, T>(value: Value<'a>, item: impl Fn(Value<'a>) -> Option<T>) -> Option<Vec<T>> {
    value.items().map(item).collect()
}

fn float(value: Value<'_>) -> Option<f64> {
    match value {
        Value::Int(int) => Some(f64::from(int)),
        Value::Number(number) => Some(number),
        _ => None,
    }
}
