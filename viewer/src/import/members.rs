//! Members of JSON objects, as what spans are made of.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use serde_json::{Map, Value as Json};

use crate::intake::hex;
use crate::messages;

pub fn flat(members: Map<String, Json>) -> Vec<KeyValue> {
    members
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| KeyValue {
            key,
            value: Some(messages::any_value(&value)),
            ..KeyValue::default()
        })
        .collect()
}

pub fn members(json: &Json, name: &str) -> Map<String, Json> {
    json.get(name).and_then(Json::as_object).cloned().unwrap_or_default()
}

pub fn list<'a>(json: &'a Json, name: &str) -> impl Iterator<Item = &'a Json> {
    json.get(name).and_then(Json::as_array).into_iter().flatten()
}

pub fn text(json: &Json, name: &str) -> String {
    json.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
}

pub fn id(json: &Json, name: &str) -> Result<Vec<u8>, String> {
    let id = text(json, name);
    hex::decode(&id).ok_or_else(|| format!("{name} is no hex"))
}
