//! Events of the Responses API.

use super::super::super::PartKind::{ResponsesEvent, ResponsesRequest};
use super::support::{Derived, derive, derive_all};

fn stream(events: &[&str]) -> Derived {
    derive_all(ResponsesEvent, events)
}

const CREATED: &str = r#"{"type":"response.created","response":
    {"id":"resp_1","model":"gpt-5","status":"in_progress","output":[]}}"#;

#[test]
fn the_last_event_holds_the_response() {
    for (kind, status) in [
        ("completed", "completed"),
        ("incomplete", "incomplete"),
        ("failed", "failed"),
        ("cancelled", "cancelled"),
    ] {
        let last = format!(
            r#"{{"type":"response.{kind}","response":{{"id":"resp_1","model":"gpt-5-2026",
                "status":"{status}","output":[{{"type":"message","role":"assistant",
                "content":[{{"type":"output_text","text":"whole"}}]}}],
                "usage":{{"input_tokens":1,"output_tokens":2,"total_tokens":3}}}}}}"#
        );
        let delta = r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"par"}"#;
        let span = stream(&[CREATED, delta, &last]);
        assert_eq!(span.output(), ["0.message.role = assistant", "0.message.content = whole"]);
        span.has([
            ("llm.model_name", "gpt-5-2026"),
            ("llm.finish_reason", status),
            ("llm.token_count.total", "3"),
        ]);
    }
}

#[test]
fn a_stream_that_breaks_off_keeps_what_had_come() {
    let span = stream(&[
        CREATED,
        r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}}"#,
        r#"{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}"#,
        r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"thin"}"#,
        r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"king"}"#,
        r#"{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":""}}"#,
        r#"{"type":"response.function_call_arguments.delta","output_index":1,"delta":"{\"a\""}"#,
        r#"{"type":"response.function_call_arguments.delta","output_index":1,"delta":":1}"}"#,
        r#"{"type":"response.output_item.added","output_index":2,"item":{"type":"message","id":"m","role":"assistant","content":[]}}"#,
        r#"{"type":"response.content_part.added","output_index":2,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}}"#,
        r#"{"type":"response.output_text.delta","output_index":2,"content_index":0,"delta":"Hel"}"#,
        r#"{"type":"response.output_text.delta","output_index":2,"content_index":0,"delta":"lo","logprobs":[]}"#,
    ]);
    assert_eq!(
        span.output(),
        [
            "0.message.role = assistant",
            "0.message.contents.0.message_content.type = reasoning",
            "0.message.contents.0.message_content.text = thinking",
            "0.message.contents.0.message_content.id = rs_1",
            "1.message.role = assistant",
            "1.message.tool_calls.0.tool_call.id = c1",
            "1.message.tool_calls.0.tool_call.function.name = f",
            r#"1.message.tool_calls.0.tool_call.function.arguments = {"a":1}"#,
            "2.message.role = assistant",
            "2.message.content = Hello",
        ]
    );
    span.has([("llm.model_name", "gpt-5"), ("gen_ai.response.id", "resp_1")]);
    span.lacks(["llm.finish_reason", "llm.token_count.total"]);
    let output = span.get("output.value").unwrap_or_default();
    let message = r#"{"type":"message","id":"m","role":"assistant","content":[{"type":"output_text","text":"Hello","annotations":[]}]}"#;
    assert!(output.contains(message), "{output}");
}

#[test]
fn pieces_whose_announcement_did_not_come_are_shown_all_the_same() {
    let span = stream(&[
        r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"a"}"#,
        r#"{"type":"response.refusal.delta","output_index":1,"content_index":0,"delta":"no"}"#,
        r#"{"type":"response.custom_tool_call_input.delta","output_index":2,"delta":"x"}"#,
        r#"{"type":"response.mcp_call_arguments.done","output_index":3,"arguments":"{}"}"#,
        r#"{"type":"response.reasoning_text.delta","output_index":4,"content_index":0,"delta":"t"}"#,
        r#"{"type":"response.code_interpreter_call_code.delta","output_index":5,"delta":"1"}"#,
    ]);
    assert_eq!(
        span.output(),
        [
            "0.message.role = assistant",
            "0.message.content = a",
            "1.message.role = assistant",
            "1.message.refusal = true",
            "1.message.content = no",
            "2.message.role = assistant",
            "2.message.tool_calls.0.tool_call.function.name = custom_tool",
            "2.message.tool_calls.0.tool_call.function.arguments = x",
            "3.message.role = assistant",
            "3.message.tool_calls.0.tool_call.function.name = mcp",
            "3.message.tool_calls.0.tool_call.function.arguments = {}",
            "4.message.role = assistant",
            "4.message.contents.0.message_content.type = reasoning",
            "4.message.contents.0.message_content.text = t",
            "5.message.role = assistant",
            "5.message.tool_calls.0.tool_call.function.name = code_interpreter",
            r#"5.message.tool_calls.0.tool_call.function.arguments = {"code":"1"}"#,
        ]
    );
}

#[test]
fn what_is_done_counts_more_than_its_pieces() {
    let span = stream(&[
        r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"pie"}"#,
        r#"{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"text"}"#,
        r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"message","role":"assistant","content":[{"type":"output_text","text":"item"}]}}"#,
    ]);
    assert_eq!(span.output(), ["0.message.role = assistant", "0.message.content = item"]);
}

#[test]
fn pieces_after_what_was_done_go_on_from_it() {
    let span = stream(&[
        r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"message","id":"m","role":"assistant","content":[{"type":"output_text","text":"a"}]}}"#,
        r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"b"}"#,
    ]);
    assert_eq!(span.output(), ["0.message.role = assistant", "0.message.content = ab"]);
}

#[test]
fn an_error_among_the_events_is_the_responses_error() {
    let span = stream(&[
        CREATED,
        r#"{"type":"error","code":"rate_limit_exceeded","message":"slow down","param":null,"sequence_number":3}"#,
    ]);
    span.has([("error.type", "rate_limit_exceeded"), ("llm.finish_reason", "failed")]);
    let output = span.get("output.value").unwrap_or_default();
    assert!(output.contains(r#""message":"slow down""#), "{output}");
}

#[test]
fn nested_errors_are_understood_too() {
    let span = stream(&[
        r#"{"type":"error","error":{"type":"server_error","code":"oops","message":"m"}}"#,
    ]);
    span.has([("error.type", "oops")]);
}

#[test]
fn events_that_make_no_sense_break_nothing() {
    let span = stream(&[
        "null",
        "[1]",
        r#"{"type":7}"#,
        r#"{"type":"response.completed"}"#,
        r#"{"type":"response.completed","response":"done"}"#,
        r#"{"type":"response.output_item.added","output_index":-1}"#,
        r#"{"type":"response.output_item.added","output_index":"x","item":3}"#,
        r#"{"type":"response.output_text.delta","delta":{"a":1}}"#,
        r#"{"type":"response.content_part.added","content_index":1e15,"part":null}"#,
        r#"{"type":"response.created","response":[]}"#,
        r#"{"type":"response.something.new","delta":"x"}"#,
    ]);
    span.has([("openinference.span.kind", "LLM")]);
}

#[test]
fn a_stream_is_mapped_as_its_request_and_response_would_be() {
    let request = r#"{"model":"gpt-5","input":"hi","stream":true}"#;
    let last = r#"{"type":"response.completed","response":{"id":"r","model":"gpt-5","status":"completed","output":[]}}"#;
    let whole = r#"{"id":"r","model":"gpt-5","status":"completed","output":[]}"#;
    let streamed =
        derive([(ResponsesRequest, request), (ResponsesEvent, CREATED), (ResponsesEvent, last)]);
    let plain = derive([
        (ResponsesRequest, request),
        (super::super::super::PartKind::ResponsesResponse, whole),
    ]);
    assert_eq!(streamed.0, plain.0);
}
