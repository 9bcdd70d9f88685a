//! Chat completions, as their request and response were, to OpenInference's LLM attributes.
//!
//! Whatever the caller sent is taken as it is: a field of the wrong type is left out, never an
//! error. The response is derived after the request and overrides what both say, so the model's
//! name is the one that answered.

use opentelemetry::Key;

use super::attributes::Attributes;
use super::values::{json_text, json_without};
use crate::handoff::{Keys, Value};

const JSON_MIME_TYPE: &str = "application/json";

pub(super) fn request(into: &mut Attributes, value: Value<'_>, keys: &Keys<'_>) {
    into.set("openinference.span.kind", "LLM");
    into.set("llm.system", "openai");
    into.set("llm.provider", "openai");
    set_text(into, "llm.model_name", value.get("model", keys));
    into.set("llm.invocation_parameters", json_without(value, &["messages", "tools"], keys));
    into.set("input.value", json_text(value, keys));
    into.set("input.mime_type", JSON_MIME_TYPE);
    for (index, item) in list(value.get("messages", keys)).enumerate() {
        message(into, &numbered("llm.input_messages", index, "message."), item, keys);
    }
    for (index, tool) in list(value.get("tools", keys)).enumerate() {
        into.set(numbered("llm.tools", index, "tool.json_schema"), json_text(tool, keys));
    }
}

pub(super) fn response(into: &mut Attributes, value: Value<'_>, keys: &Keys<'_>) {
    set_text(into, "llm.model_name", value.get("model", keys));
    into.set("output.value", json_text(value, keys));
    into.set("output.mime_type", JSON_MIME_TYPE);
    for (index, choice) in list(value.get("choices", keys)).enumerate() {
        if let Some(answer) = choice.get("message", keys) {
            message(into, &numbered("llm.output_messages", index, "message."), answer, keys);
        }
        set_text(into, "llm.finish_reason", choice.get("finish_reason", keys));
    }
    if let Some(usage) = value.get("usage", keys) {
        token_counts(into, usage, keys);
    }
}

fn message(into: &mut Attributes, prefix: &str, value: Value<'_>, keys: &Keys<'_>) {
    let mut calls = None;
    for (name, field) in value.fields(keys) {
        if name.is("role") {
            add_text(into, prefix, "role", Some(field));
        } else if name.is("name") {
            add_text(into, prefix, "name", Some(field));
        } else if name.is("tool_call_id") {
            add_text(into, prefix, "tool_call_id", Some(field));
        } else if name.is("content") {
            content(into, prefix, field, keys);
        } else if name.is("tool_calls") {
            calls = Some(field);
        }
    }
    for (index, call) in list(calls).enumerate() {
        let prefix = [prefix, &numbered("tool_calls", index, "tool_call.")].concat();
        tool_call(into, &prefix, call, keys);
    }
}

/// Plain text is `content`, a list of parts is `contents`; never both, viewers would show it twice.
fn content(into: &mut Attributes, prefix: &str, value: Value<'_>, keys: &Keys<'_>) {
    add_text(into, prefix, "content", Some(value));
    for (index, part) in list(Some(value)).enumerate() {
        let prefix = [prefix, &numbered("contents", index, "message_content.")].concat();
        if let Some(text) = part.get("text", keys).and_then(Value::text) {
            into.set([&prefix, "type"].concat(), "text");
            into.set([&prefix, "text"].concat(), text.into_string());
        } else if let Some(image) = part.get("image_url", keys) {
            into.set([&prefix, "type"].concat(), "image");
            add_text(into, &prefix, "image.image.url", image.get("url", keys));
        } else {
            add_text(into, &prefix, "type", part.get("type", keys));
        }
    }
}

fn tool_call(into: &mut Attributes, prefix: &str, call: Value<'_>, keys: &Keys<'_>) {
    add_text(into, prefix, "id", call.get("id", keys));
    if let Some(function) = call.get("function", keys) {
        add_text(into, prefix, "function.name", function.get("name", keys));
        add_text(into, prefix, "function.arguments", function.get("arguments", keys));
    }
}

/// Details are parts of the two sums, as OpenAI and OpenInference both have it.
fn token_counts(into: &mut Attributes, usage: Value<'_>, keys: &Keys<'_>) {
    let count = |path: &[&str]| {
        path.iter().try_fold(usage, |value, name| value.get(name, keys)).and_then(Value::integer)
    };
    for (key, path) in [
        ("llm.token_count.prompt", &["prompt_tokens"][..]),
        ("llm.token_count.completion", &["completion_tokens"]),
        ("llm.token_count.total", &["total_tokens"]),
        ("llm.token_count.prompt_details.cache_read", &["prompt_tokens_details", "cached_tokens"]),
        ("llm.token_count.prompt_details.audio", &["prompt_tokens_details", "audio_tokens"]),
        (
            "llm.token_count.completion_details.reasoning",
            &["completion_tokens_details", "reasoning_tokens"],
        ),
        (
            "llm.token_count.completion_details.audio",
            &["completion_tokens_details", "audio_tokens"],
        ),
    ] {
        if let Some(tokens) = count(path) {
            into.set(key, tokens);
        }
    }
}

fn set_text(into: &mut Attributes, key: impl Into<Key>, value: Option<Value<'_>>) {
    if let Some(text) = value.and_then(Value::text) {
        into.set(key, text.into_string());
    }
}

fn add_text(into: &mut Attributes, prefix: &str, name: &str, value: Option<Value<'_>>) {
    if let Some(text) = value.and_then(Value::text) {
        into.set([prefix, name].concat(), text.into_string());
    }
}

/// `list.index.name`: written a hundred times a span, so without the machinery of `format!`.
fn numbered(list: &str, index: usize, name: &str) -> String {
    [list, ".", itoa::Buffer::new().format(index), ".", name].concat()
}

fn list(value: Option<Value<'_>>) -> impl Iterator<Item = Value<'_>> {
    value.into_iter().flat_map(Value::items)
}
