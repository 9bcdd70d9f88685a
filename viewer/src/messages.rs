//! OpenInference's messages: attributes with numbered keys
//! (`llm.input_messages.0.message.tool_calls.1.tool_call.id`) become objects as chat models take and
//! give them, and back. Nothing of a message is left out; what stands for the numbering only
//! (`message`, `tool_call`, `message_content`) is.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use serde_json::{Map, Value as Json};

use crate::intake::attributes;

pub const INPUT: &str = "llm.input_messages";
pub const OUTPUT: &str = "llm.output_messages";
pub const TOOLS: &str = "llm.tools";

/// Stand after a number and say what is numbered.
const WRAPPERS: [&str; 4] = ["message", "tool_call", "message_content", "tool"];
/// No message is nested as deep.
const MAX_PARTS: usize = 24;

/// The list under `key`, in its order. `None` where the span has none.
pub fn list(attributes: &[KeyValue], key: &str) -> Option<Json> {
    let mut root = Node::default();
    for attribute in attributes {
        let Some(path) = numbered(&attribute.key, key) else { continue };
        let mut parts: Vec<&str> = path.splitn(MAX_PARTS, '.').collect();
        let mut is_after_number = false;
        parts.retain(|part| {
            let is_wrapper = is_after_number && WRAPPERS.contains(part);
            is_after_number = part.parse::<u64>().is_ok();
            !is_wrapper
        });
        root.put(&parts, attributes::json(attribute.value.as_ref()));
    }
    (!root.children.is_empty()).then(|| root.json())
}

/// The schemas of the tools that a model was offered.
pub fn tools(attributes: &[KeyValue]) -> Option<Json> {
    let Some(Json::Array(tools)) = list(attributes, TOOLS) else { return None };
    let schema = |tool: Json| match tool.get("json_schema") {
        Some(Json::String(text)) => serde_json::from_str(text).unwrap_or(tool),
        Some(schema) => schema.clone(),
        None => tool,
    };
    Some(tools.into_iter().map(schema).collect())
}

/// Whether `key` is one of the numbered keys of `list`: what follows its name.
pub fn numbered<'a>(key: &'a str, list: &str) -> Option<&'a str> {
    let path = key.strip_prefix(list)?.strip_prefix('.')?;
    path.starts_with(|char: char| char.is_ascii_digit()).then_some(path)
}

#[derive(Default)]
struct Node {
    value: Option<Json>,
    /// Numbers in their order, then names.
    children: BTreeMap<Part, Node>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u64),
    Name(String),
}

impl Node {
    fn put(&mut self, path: &[&str], value: Json) {
        let Some((first, rest)) = path.split_first() else {
            self.value.get_or_insert(value);
            return;
        };
        let part = first.parse().map_or_else(|_| Part::Name((*first).to_owned()), Part::Number);
        self.children.entry(part).or_default().put(rest, value);
    }

    fn json(self) -> Json {
        if self.children.is_empty() {
            return self.value.unwrap_or_default();
        }
        let is_list = self.children.keys().all(|part| matches!(part, Part::Number(_)));
        if is_list {
            return self.children.into_values().map(Self::json).collect();
        }
        let mut map = Map::new();
        for (part, node) in self.children {
            let name = match part {
                Part::Number(number) => number.to_string(),
                Part::Name(name) => name,
            };
            let json = node.json();
            if !json.is_null() {
                map.insert(name, json);
            }
        }
        // Chat models have one name for text and for parts.
        if !map.contains_key("content")
            && let Some(parts) = map.remove("contents")
        {
            map.insert("content".to_owned(), parts);
        }
        map.into()
    }
}

/// The attributes that `list` reads: `None` unless `json` is an array of objects.
pub fn attributes_of(json: &Json, key: &str) -> Option<Vec<KeyValue>> {
    let items = json.as_array().filter(|items| !items.is_empty())?;
    let mut flat = Vec::new();
    for (at, item) in items.iter().enumerate() {
        for (name, value) in item.as_object()? {
            flatten(&format!("{key}.{at}.message"), name, value, &mut flat);
        }
    }
    Some(flat)
}

/// The attributes of tools, each of which is its schema.
pub fn attributes_of_tools(json: &Json) -> Option<Vec<KeyValue>> {
    let items = json.as_array().filter(|items| items.iter().all(Json::is_object))?;
    let attribute = |(at, item): (usize, &Json)| {
        // As `list` makes them, or the schemas themselves.
        let schema = item.get("json_schema").unwrap_or(item);
        KeyValue {
            key: format!("{TOOLS}.{at}.tool.json_schema"),
            value: Some(any_value(schema)),
            ..KeyValue::default()
        }
    };
    Some(items.iter().enumerate().map(attribute).collect())
}

fn flatten(prefix: &str, name: &str, value: &Json, flat: &mut Vec<KeyValue>) {
    let wrapper = match name {
        "content" | "contents" => "message_content",
        "tool_calls" => "tool_call",
        _ => "",
    };
    match value {
        Json::Null => {}
        Json::Object(members) => {
            for (inner, value) in members {
                flatten(&format!("{prefix}.{name}"), inner, value, flat);
            }
        }
        Json::Array(items) if !wrapper.is_empty() && items.iter().all(Json::is_object) => {
            let name = if name == "content" { "contents" } else { name };
            for (at, item) in items.iter().enumerate() {
                for (inner, value) in item.as_object().into_iter().flatten() {
                    flatten(&format!("{prefix}.{name}.{at}.{wrapper}"), inner, value, flat);
                }
            }
        }
        other => flat.push(KeyValue {
            key: format!("{prefix}.{name}"),
            value: Some(any_value(other)),
            ..KeyValue::default()
        }),
    }
}

/// Arrays and objects stay JSON, as text.
pub fn any_value(json: &Json) -> AnyValue {
    let value = match json {
        Json::Null => None,
        Json::Bool(flag) => Some(Value::BoolValue(*flag)),
        Json::Number(number) => Some(match number.as_i64() {
            Some(number) => Value::IntValue(number),
            None => Value::DoubleValue(number.as_f64().unwrap_or_default()),
        }),
        Json::String(text) => Some(Value::StringValue(text.clone())),
        Json::Array(_) | Json::Object(_) => Some(Value::StringValue(json.to_string())),
    };
    AnyValue { value }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn attributes(pairs: &[(&str, Json)]) -> Vec<KeyValue> {
        let attribute = |(key, value): &(&str, Json)| KeyValue {
            key: (*key).to_owned(),
            value: Some(any_value(value)),
            ..KeyValue::default()
        };
        pairs.iter().map(attribute).collect()
    }

    fn conversation() -> Vec<KeyValue> {
        attributes(&[
            ("llm.input_messages.0.message.role", json!("user")),
            ("llm.input_messages.0.message.contents.0.message_content.type", json!("text")),
            ("llm.input_messages.0.message.contents.0.message_content.text", json!("Where?")),
            ("llm.input_messages.0.message.contents.1.message_content.type", json!("image")),
            ("llm.input_messages.0.message.contents.1.message_content.image.image.url", json!("u")),
            ("llm.input_messages.1.message.role", json!("assistant")),
            ("llm.input_messages.1.message.tool_calls.0.tool_call.id", json!("c1")),
            ("llm.input_messages.1.message.tool_calls.0.tool_call.function.name", json!("look")),
            ("llm.input_messages.1.message.tool_calls.0.tool_call.function.arguments", json!("{}")),
            ("llm.input_messages.2.message.role", json!("tool")),
            ("llm.input_messages.2.message.content", json!("here")),
            ("llm.input_messages.2.message.tool_call_id", json!("c1")),
        ])
    }

    #[test]
    fn numbered_keys_become_messages_and_back() {
        let messages = list(&conversation(), INPUT).expect("messages");
        assert_eq!(
            messages,
            json!([
                { "role": "user", "content": [
                    { "type": "text", "text": "Where?" },
                    { "type": "image", "image": { "image": { "url": "u" } } },
                ] },
                { "role": "assistant", "tool_calls": [
                    { "id": "c1", "function": { "name": "look", "arguments": "{}" } },
                ] },
                { "role": "tool", "content": "here", "tool_call_id": "c1" },
            ])
        );
        let mut back = attributes_of(&messages, INPUT).expect("attributes");
        let mut given = conversation();
        back.sort_by(|one, other| one.key.cmp(&other.key));
        given.sort_by(|one, other| one.key.cmp(&other.key));
        assert_eq!(back, given);
    }

    #[test]
    fn ten_comes_after_nine() {
        let keys: Vec<String> = (0..12)
            .rev()
            .map(|number| format!("llm.input_messages.{number}.message.content"))
            .collect();
        let pairs: Vec<(&str, Json)> = keys
            .iter()
            .zip(0..12)
            .map(|(key, number)| (key.as_str(), json!(11 - number)))
            .collect();
        let messages = list(&attributes(&pairs), INPUT).expect("messages");
        let contents: Vec<Option<i64>> = messages
            .as_array()
            .into_iter()
            .flatten()
            .map(|message| message["content"].as_i64())
            .collect();
        assert_eq!(contents, (0..12).map(Some).collect::<Vec<_>>());
    }

    #[test]
    fn other_keys_are_no_messages() {
        assert_eq!(list(&attributes(&[("llm.input_messages", json!("[]"))]), INPUT), None);
        assert_eq!(list(&attributes(&[("llm.input_messagesX.0", json!("x"))]), INPUT), None);
        for other in [json!({}), json!([]), json!(["text"]), json!("x")] {
            assert_eq!(attributes_of(&other, INPUT), None);
        }
        let deep = format!("llm.input_messages.0.{}", "x.".repeat(100_000));
        assert!(list(&attributes(&[(&deep, json!(1))]), INPUT).is_some());
    }
}
