//! The Responses API, not streamed.

use super::super::super::PartKind::{ResponsesRequest, ResponsesResponse};
use super::support::derive;

#[test]
fn instructions_are_the_first_message_and_the_input_follows() {
    let span = derive([(
        ResponsesRequest,
        r#"{"model":"gpt-5","instructions":"Be kind.","input":"hi","max_output_tokens":5,
            "tools":[{"type":"web_search"}],"store":false}"#,
    )]);
    assert_eq!(
        span.input(),
        [
            "0.message.role = system",
            "0.message.content = Be kind.",
            "1.message.role = user",
            "1.message.content = hi",
        ]
    );
    span.has([
        ("openinference.span.kind", "LLM"),
        ("gen_ai.operation.name", "chat"),
        ("llm.model_name", "gpt-5"),
        ("llm.invocation_parameters", r#"{"model":"gpt-5","max_output_tokens":5,"store":false}"#),
        ("gen_ai.request.max_tokens", "5"),
        ("llm.tools.0.tool.json_schema", r#"{"type":"web_search"}"#),
    ]);
}

#[test]
fn without_instructions_the_input_is_the_first_message() {
    for input in [r#""hi""#, r#"["hi"]"#, r#"[{"role":"user","content":"hi"}]"#] {
        let span = derive([(ResponsesRequest, &format!(r#"{{"input":{input}}}"#))]);
        assert_eq!(span.input(), ["0.message.role = user", "0.message.content = hi"], "{input}");
    }
}

#[test]
fn what_a_request_goes_on_from_is_told() {
    let span = derive([(
        ResponsesRequest,
        r#"{"previous_response_id":"resp_0","conversation":{"id":"conv_1"},
            "prompt":{"id":"pmpt_1","version":"2","variables":{"city":"Oslo"}}}"#,
    )]);
    span.has([
        ("openai.previous_response_id", "resp_0"),
        ("gen_ai.conversation.id", "conv_1"),
        ("prompt.id", "pmpt_1"),
        ("llm.prompt_template.version", "2"),
        ("llm.prompt_template.variables", r#"{"city":"Oslo"}"#),
    ]);
    derive([(ResponsesRequest, r#"{"conversation":"conv_2"}"#)])
        .has([("gen_ai.conversation.id", "conv_2")]);
}

#[test]
fn a_response_is_its_items_usage_and_status() {
    let span = derive([(
        ResponsesResponse,
        r#"{"id":"resp_1","model":"gpt-5-2026","status":"completed","output":[
            {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"First."},
                {"type":"summary_text","text":"Then."}],"encrypted_content":"gAAA"},
            {"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{}"},
            {"type":"message","id":"msg_1","role":"assistant","content":[
                {"type":"output_text","text":"Hello","annotations":[],"logprobs":[{"token":"H"}]}]}],
            "usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},
                "output_tokens":6,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":15},
            "top_logprobs":3}"#,
    )]);
    assert_eq!(
        span.output(),
        [
            "0.message.role = assistant",
            "0.message.contents.0.message_content.type = reasoning",
            "0.message.contents.0.message_content.text = First.\n\nThen.",
            "0.message.contents.0.message_content.id = rs_1",
            "0.message.contents.0.message_content.encrypted_content = gAAA",
            "1.message.role = assistant",
            "1.message.tool_calls.0.tool_call.id = c1",
            "1.message.tool_calls.0.tool_call.function.name = f",
            "1.message.tool_calls.0.tool_call.function.arguments = {}",
            "2.message.role = assistant",
            "2.message.content = Hello",
        ]
    );
    span.has([
        ("llm.finish_reason", "completed"),
        ("llm.model_name", "gpt-5-2026"),
        ("gen_ai.response.id", "resp_1"),
        ("llm.token_count.prompt", "9"),
        ("llm.token_count.completion", "6"),
        ("llm.token_count.total", "15"),
        ("llm.token_count.prompt_details.cache_read", "4"),
        ("llm.token_count.completion_details.reasoning", "2"),
        ("gen_ai.usage.cache_read.input_tokens", "4"),
    ]);
    let output = span.get("output.value").unwrap_or_default();
    assert!(!output.contains(r#""logprobs""#), "{output}");
    assert!(output.contains(r#""annotations":[]"#), "{output}");
    assert!(output.ends_with(r#""top_logprobs":3}"#), "{output}");
}

#[test]
fn why_a_response_ended_is_told_once_it_has() {
    for (response, expected) in [
        (r#"{"status":"completed","output":[]}"#, Some("completed")),
        (
            r#"{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}"#,
            Some("max_output_tokens"),
        ),
        (r#"{"status":"failed","error":{"code":"server_error","message":"no"}}"#, Some("failed")),
        (r#"{"status":"in_progress"}"#, None),
        (r#"{"status":"queued"}"#, None),
    ] {
        let span = derive([(ResponsesResponse, response)]);
        assert_eq!(span.get("llm.finish_reason").as_deref(), expected, "{response}");
    }
    let failed = r#"{"status":"failed","error":{"code":"server_error","message":"no"}}"#;
    derive([(ResponsesResponse, failed)]).has([("error.type", "server_error")]);
}

#[test]
fn a_response_that_was_fetched_later_stands_for_itself() {
    let span = derive([(
        ResponsesResponse,
        r#"{"model":"gpt-5","output":[{"type":"message","role":"assistant","content":[
            {"type":"refusal","refusal":"No."}]}]}"#,
    )]);
    span.has([
        ("openinference.span.kind", "LLM"),
        ("llm.model_name", "gpt-5"),
        ("llm.output_messages.0.message.content", "No."),
        ("llm.output_messages.0.message.refusal", "true"),
    ]);
}
