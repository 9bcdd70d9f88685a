//! Chunks of chat completions, put together.

use super::super::super::PartKind::{ChatChunk, ChatRequest, ChatResponse, CompletionsChunk};
use super::support::{Derived, derive, derive_all};

fn stream(chunks: &[&str]) -> Derived {
    derive_all(ChatChunk, chunks)
}

/// Chunks of one choice, from its deltas.
fn deltas(deltas: &[&str]) -> Derived {
    let chunks: Vec<_> = deltas
        .iter()
        .map(|delta| format!(r#"{{"choices":[{{"index":0,"delta":{delta}}}]}}"#))
        .collect();
    stream(&chunks.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn chunks_become_the_response_that_would_have_come() {
    let span = stream(&[
        r#"{"id":"c1","object":"chat.completion.chunk","created":5,"model":"gpt","choices":[
            {"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]}"#,
        r#"{"id":"c1","object":"chat.completion.chunk","created":5,"model":"gpt","choices":[
            {"index":0,"delta":{"content":"Hel"},"logprobs":{"content":[]},"finish_reason":null}]}"#,
        r#"{"choices":[{"index":0,"delta":{"content":"lo ☺"}}]}"#,
        r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
        r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#,
    ]);
    span.has([
        (
            "output.value",
            r#"{"id":"c1","object":"chat.completion","created":5,"model":"gpt","choices":[{"index":0,"message":{"role":"assistant","content":"Hello ☺","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#,
        ),
        ("output.mime_type", "application/json"),
        ("llm.model_name", "gpt"),
        ("llm.finish_reason", "stop"),
        ("gen_ai.response.id", "c1"),
        ("llm.token_count.prompt", "3"),
        ("llm.token_count.completion", "2"),
        ("llm.token_count.total", "5"),
    ]);
    assert_eq!(span.output(), ["0.message.role = assistant", "0.message.content = Hello ☺"]);
}

#[test]
fn a_stream_without_usage_has_no_token_counts() {
    let span = deltas(&[r#"{"role":"assistant","content":"a"}"#]);
    assert_eq!(span.under("llm.token_count"), [""; 0]);
    assert_eq!(span.under("gen_ai.usage"), [""; 0]);
}

#[test]
fn the_last_usage_counts_wherever_it_stands() {
    let span = stream(&[
        r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#,
        r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":9}}"#,
        r#"{"choices":[],"usage":null}"#,
    ]);
    span.has([("llm.token_count.completion", "9")]);
    let groq = stream(&[r#"{"choices":[],"x_groq":{"usage":{"prompt_tokens":4}}}"#]);
    groq.has([("llm.token_count.prompt", "4")]);
}

#[test]
fn choices_that_come_interleaved_stay_apart_and_in_order() {
    let span = stream(&[
        r#"{"choices":[{"index":1,"delta":{"role":"assistant","content":"x"}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":"a"}}]}"#,
        r#"{"choices":[{"index":1,"delta":{"content":"y"},"finish_reason":"length"},
            {"index":0,"delta":{"content":"b"},"finish_reason":"stop"}]}"#,
    ]);
    assert_eq!(
        span.output(),
        [
            "0.message.role = assistant",
            "0.message.content = ab",
            "1.message.role = assistant",
            "1.message.content = xy",
        ]
    );
    span.has([("gen_ai.response.finish_reasons", r#"["stop","length"]"#)]);
}

#[test]
fn parallel_tool_calls_are_continued_by_their_index() {
    let span = deltas(&[
        r#"{"role":"assistant","content":null,"tool_calls":[
            {"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}"#,
        r#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]}"#,
        r#"{"tool_calls":[{"index":1,"id":"b","type":"custom","custom":{"name":"g","input":"se"}}]}"#,
        r#"{"tool_calls":[{"index":0,"function":{"arguments":":1}"}},{"index":1,"custom":{"input":"lect"}}]}"#,
    ]);
    assert_eq!(
        span.under("llm.output_messages.0.message.tool_calls."),
        [
            "0.tool_call.id = a",
            "0.tool_call.function.name = f",
            r#"0.tool_call.function.arguments = {"x":1}"#,
            "1.tool_call.id = b",
            "1.tool_call.function.name = g",
            "1.tool_call.function.arguments = select",
        ]
    );
    let output = span.get("output.value").unwrap_or_default();
    let call = r#"{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}"#;
    assert!(output.contains(call), "{output}");
}

#[test]
fn providers_that_repeat_names_and_ids_do_not_double_them() {
    let span = deltas(&[
        r#"{"role":"assistant","tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"1"}}]}"#,
        r#"{"role":"assistant","tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"2"}}]}"#,
        r#"{"role":"","tool_calls":[{"index":0,"id":"","type":"","function":{"name":"","arguments":"3"}}]}"#,
        r#"{"tool_calls":[{"index":0,"id":null,"function":{"name":null,"arguments":null}}]}"#,
    ]);
    assert_eq!(
        span.output(),
        [
            "0.message.role = assistant",
            "0.message.tool_calls.0.tool_call.id = a",
            "0.message.tool_calls.0.tool_call.function.name = f",
            "0.message.tool_calls.0.tool_call.function.arguments = 123",
        ]
    );
}

#[test]
fn calls_of_the_same_index_or_of_none_are_told_apart_by_their_ids() {
    for index in [r#""index":0,"#, ""] {
        let call = |id: &str| {
            format!(
                r#"{{"tool_calls":[{{{index}"id":"{id}","function":{{"name":"f","arguments":"{{}}"}}}}]}}"#
            )
        };
        let span = deltas(&[&call("a"), &call("b")]);
        let lines = span.under("llm.output_messages.0.message.tool_calls.");
        let ids: Vec<_> = lines.iter().filter(|line| line.contains(".id = ")).collect();
        assert_eq!(ids, ["0.tool_call.id = a", "1.tool_call.id = b"]);
    }
}

#[test]
fn a_legacy_function_call_is_put_together() {
    let span = deltas(&[
        r#"{"role":"assistant","function_call":{"name":"f","arguments":"{"}}"#,
        r#"{"function_call":{"arguments":"}"}}"#,
    ]);
    span.has([
        ("llm.output_messages.0.message.function_call_name", "f"),
        ("llm.output_messages.0.message.function_call_arguments_json", "{}"),
    ]);
}

#[test]
fn refusals_and_thoughts_are_continued() {
    let span = deltas(&[
        r#"{"role":"assistant","reasoning_content":"th"}"#,
        r#"{"reasoning_content":"ink"}"#,
        r#"{"content":null,"refusal":"I ca"}"#,
        r#"{"refusal":"nnot."}"#,
    ]);
    assert_eq!(
        span.output(),
        [
            "0.message.role = assistant",
            "0.message.refusal = true",
            "0.message.contents.0.message_content.type = reasoning",
            "0.message.contents.0.message_content.text = think",
            "0.message.contents.1.message_content.type = text",
            "0.message.contents.1.message_content.text = I cannot.",
        ]
    );
}

#[test]
fn pieces_of_audio_are_joined_as_bytes() {
    // "ab", "c" and "def", each encoded for itself.
    let span = deltas(&[
        r#"{"role":"assistant","audio":{"id":"audio_1","transcript":"o"}}"#,
        r#"{"audio":{"data":"YWI="}}"#,
        r#"{"audio":{"data":"Yw=="}}"#,
        r#"{"audio":{"data":"ZGVm","transcript":"k"}}"#,
        r#"{"audio":{"expires_at":9}}"#,
    ]);
    span.has([
        (
            "llm.output_messages.0.message.contents.0.message_content.audio.audio.url",
            "data:audio/wav;base64,YWJjZGVm",
        ),
        ("llm.output_messages.0.message.contents.0.message_content.audio.audio.transcript", "ok"),
    ]);
}

#[test]
fn details_of_reasoning_are_continued_by_their_index() {
    let span = deltas(&[
        r#"{"reasoning_details":[{"type":"reasoning.text","text":"a","format":"v1","index":0}]}"#,
        r#"{"reasoning_details":[{"type":"reasoning.text","text":"b","format":"v1","index":0}]}"#,
    ]);
    let output = span.get("output.value").unwrap_or_default();
    let expected = r#""reasoning_details":[{"type":"reasoning.text","text":"ab","format":"v1"}]"#;
    assert!(output.contains(expected), "{output}");
}

#[test]
fn azures_empty_first_chunk_names_no_model() {
    let span = stream(&[
        r#"{"id":"","model":"","object":"","choices":[],"prompt_filter_results":[{"prompt_index":0}]}"#,
        r#"{"id":"c1","model":"gpt","object":"chat.completion.chunk","choices":[]}"#,
    ]);
    span.has([("llm.model_name", "gpt"), ("gen_ai.response.id", "c1")]);
    let output = span.get("output.value").unwrap_or_default();
    assert!(output.contains(r#""object":"chat.completion""#), "{output}");
}

#[test]
fn a_surrogate_pair_cut_between_two_chunks_is_whole() {
    use super::support::derivation;
    use super::writer::{Sample, object};
    let chunk = |unit: u16| {
        let delta = object([("content", Sample::Utf16(vec![unit]))]);
        let choice = object([("index", Sample::Int(0)), ("delta", delta)]);
        (ChatChunk, object([("choices", Sample::Array(vec![choice]))]))
    };
    let derivation = derivation(&[chunk(0xd83d), chunk(0xde00)]);
    let span = Derived(derivation.finish().into_entries());
    span.has([("llm.output_messages.0.message.content", "😀")]);
}

#[test]
fn a_whole_response_replaces_the_chunks_before_and_after_it() {
    let chunk = r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":"partial"}}]}"#;
    let whole = r#"{"choices":[{"message":{"role":"assistant","content":"whole"}}]}"#;
    let span = derive([(ChatChunk, chunk), (ChatResponse, whole), (ChatChunk, chunk)]);
    assert_eq!(span.output(), ["0.message.role = assistant", "0.message.content = whole"]);
}

#[test]
fn chunks_that_make_no_sense_break_nothing() {
    let span = stream(&[
        "null",
        "[]",
        r#"{"choices":null}"#,
        r#"{"choices":[null,1,{"index":"x","delta":3},{"index":-5,"delta":{"tool_calls":[1,null,[]]}}]}"#,
        r#"{"choices":[{"index":9007199254740991,"delta":{"content":"far"}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"content":{"deep":{"deep":{"deep":{"deep":{"deep":1}}}}}}}]}"#,
    ]);
    assert!(span.output().iter().any(|line| line.ends_with("content = far")));
}

#[test]
fn memory_is_told_while_a_stream_is_under_way() {
    use super::support::{derivation, sample};
    let part = |json: &str| (ChatChunk, sample(json));
    let long = "x".repeat(10_000);
    let one = derivation(&[part(r#"{"choices":[{"index":0,"delta":{"content":"x"}}]}"#)]).bytes();
    let two = derivation(&[
        part(r#"{"choices":[{"index":0,"delta":{"content":"x"}}]}"#),
        part(&format!(r#"{{"choices":[{{"index":0,"delta":{{"content":"{long}"}}}}]}}"#)),
    ]);
    assert_eq!(two.bytes(), one + 10_000);
}

#[test]
fn streamed_completions_are_texts_by_choice() {
    let span = derive_all(
        CompletionsChunk,
        &[
            r#"{"id":"cmpl-1","object":"text_completion","model":"m","choices":[{"index":0,"text":"a","finish_reason":null}]}"#,
            r#"{"choices":[{"index":1,"text":"x"}]}"#,
            r#"{"choices":[{"index":0,"text":"b","finish_reason":"stop"}]}"#,
        ],
    );
    assert_eq!(span.under("llm.choices."), ["0.completion.text = ab", "1.completion.text = x"]);
    span.has([("gen_ai.operation.name", "text_completion"), ("llm.finish_reason", "stop")]);
}

#[test]
fn a_stream_that_broke_off_before_anything_came_has_no_output() {
    let span = derive([(ChatRequest, r#"{"model":"gpt","stream":true}"#)]);
    span.lacks(["output.value", "output.mime_type", "gen_ai.response.model", "gen_ai.response.id"]);
}
