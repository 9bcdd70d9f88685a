//! What holds for parts of any kind and shape, in any order.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::super::PartKind;
use super::support::derivation;
use super::writer::{Sample, text};

/// Names that the mapping looks for, so that what it does with them is reached.
const NAMES: [&str; 64] = [
    "model",
    "messages",
    "role",
    "content",
    "type",
    "text",
    "tool_calls",
    "function",
    "name",
    "arguments",
    "id",
    "index",
    "choices",
    "delta",
    "message",
    "finish_reason",
    "usage",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "prompt_tokens_details",
    "cached_tokens",
    "tools",
    "functions",
    "headers",
    "authorization",
    "server_url",
    "input",
    "output",
    "instructions",
    "item",
    "output_index",
    "content_index",
    "part",
    "response",
    "summary",
    "summary_index",
    "refusal",
    "audio",
    "data",
    "transcript",
    "image_url",
    "url",
    "file",
    "input_audio",
    "format",
    "embedding",
    "b64_json",
    "prompt",
    "call_id",
    "action",
    "outputs",
    "result",
    "encrypted_content",
    "reasoning_content",
    "reasoning_details",
    "function_call",
    "custom",
    "error",
    "code",
    "status",
    "baseURL",
    "aborted",
    "logprobs",
];

const TEXTS: [&str; 24] = [
    "assistant",
    "user",
    "",
    "text",
    "message",
    "function_call",
    "reasoning",
    "response.created",
    "response.completed",
    "response.output_text.delta",
    "response.output_item.added",
    "response.output_item.done",
    "response.content_part.added",
    "response.refusal.delta",
    "response.function_call_arguments.delta",
    "response.reasoning_summary_text.delta",
    "error",
    "mcp_call",
    "code_interpreter_call",
    "web_search_call",
    "function_call_output",
    "QUJD",
    "https://u:p@host:1/x?y",
    "transcript.text.delta",
];

fn anything() -> impl Strategy<Value = Sample> {
    let leaf = prop_oneof![
        Just(Sample::Null),
        any::<bool>().prop_map(Sample::Bool),
        (-2..5i32).prop_map(Sample::Int),
        any::<f64>().prop_map(Sample::Number),
        proptest::sample::select(&TEXTS[..]).prop_map(text),
        vec(any::<u16>(), 0..4).prop_map(Sample::Utf16),
        vec(any::<u8>(), 0..4).prop_map(Sample::Buffer),
        vec(any::<[u8; 4]>(), 0..3).prop_map(|items| Sample::Typed(6, items.concat())),
    ];
    let name = || proptest::sample::select(&NAMES[..]).prop_map(str::to_owned);
    leaf.prop_recursive(6, 96, 8, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Sample::Array),
            vec((name(), inner), 0..10).prop_map(Sample::Object),
        ]
    })
}

fn parts() -> impl Strategy<Value = Vec<(PartKind, Sample)>> {
    let kind = (0..24u8).prop_filter_map("a kind", PartKind::from_byte);
    vec((kind, anything()), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_part_is_too_strange_and_no_attribute_comes_twice(parts in parts()) {
        let attributes = derivation(&parts).finish().into_entries();
        let keys: BTreeSet<_> = attributes.iter().map(|entry| entry.key.as_str()).collect();
        prop_assert_eq!(keys.len(), attributes.len());
    }

    #[test]
    fn a_message_has_content_or_contents_but_not_both(parts in parts()) {
        let attributes = derivation(&parts[..1]).finish().into_entries();
        for entry in &attributes {
            if let Some(message) = entry.key.as_str().strip_suffix("message.content") {
                let contents = format!("{message}message.contents.");
                prop_assert!(!attributes.iter().any(|entry| entry.key.as_str().starts_with(&contents)));
            }
        }
    }

    #[test]
    fn what_names_a_response_comes_with_an_output(parts in parts()) {
        let attributes = derivation(&parts).finish().into_entries();
        let has = |key: &str| attributes.iter().any(|entry| entry.key.as_str() == key);
        if has("gen_ai.response.id") || has("gen_ai.response.model") {
            prop_assert!(has("output.value") && has("output.mime_type"));
        }
    }
}
