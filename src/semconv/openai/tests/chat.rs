//! Chat completions, not streamed.

use super::super::super::PartKind::{ChatRequest, ChatResponse};
use super::support::{derive, derive_all};

fn messages(messages: &str) -> Vec<String> {
    derive([(ChatRequest, &format!(r#"{{"messages":{messages}}}"#))]).input()
}

fn answers(choices: &str) -> Vec<String> {
    derive([(ChatResponse, &format!(r#"{{"choices":{choices}}}"#))]).output()
}

#[test]
fn a_request_is_its_messages_tools_and_parameters() {
    let body = r#"{"model":"gpt-5","messages":[{"role":"user","content":"hi"}],"temperature":1,
        "tools":[{"type":"function","function":{"name":"f"}}],"functions":[{"name":"old"}]}"#;
    let span = derive([(ChatRequest, body)]);
    span.has([
        ("openinference.span.kind", "LLM"),
        ("llm.system", "openai"),
        ("llm.provider", "openai"),
        ("llm.model_name", "gpt-5"),
        ("llm.invocation_parameters", r#"{"model":"gpt-5","temperature":1}"#),
        ("input.mime_type", "application/json"),
        ("llm.input_messages.0.message.role", "user"),
        ("llm.input_messages.0.message.content", "hi"),
        ("llm.tools.0.tool.json_schema", r#"{"type":"function","function":{"name":"f"}}"#),
        ("llm.tools.1.tool.json_schema", r#"{"name":"old"}"#),
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.system", "openai"),
        ("gen_ai.provider.name", "openai"),
        ("gen_ai.request.model", "gpt-5"),
        ("gen_ai.request.temperature", "1"),
    ]);
    let input = span.get("input.value").unwrap_or_default();
    assert!(input.contains(r#""messages":[{"role":"user","content":"hi"}]"#), "{input}");
    span.lacks(["gen_ai.response.model", "llm.response.model_name", "output.value"]);
}

#[test]
fn parameters_that_opentelemetry_knows_have_its_keys_too() {
    let body = r#"{"temperature":0.5,"top_p":0.9,"frequency_penalty":1,"presence_penalty":-1,
        "max_completion_tokens":9,"max_tokens":8,"seed":7,"n":2,"stop":["a","b"]}"#;
    let mut lines = derive([(ChatRequest, body)]).under("gen_ai.request.");
    lines.sort();
    assert_eq!(
        lines,
        [
            "choice.count = 2",
            "frequency_penalty = 1",
            "max_tokens = 9",
            "presence_penalty = -1",
            "seed = 7",
            r#"stop_sequences = ["a","b"]"#,
            "temperature = 0.5",
            "top_p = 0.9",
        ]
    );
    let one = derive([(ChatRequest, r#"{"stop":"x"}"#)]);
    one.has([("gen_ai.request.stop_sequences", r#"["x"]"#)]);
}

#[test]
fn the_model_that_answered_is_the_model_and_both_are_told_where_they_differ() {
    let asked = r#"{"model":"gpt-5"}"#;
    let differs = derive([(ChatRequest, asked), (ChatResponse, r#"{"model":"gpt-5-2026"}"#)]);
    differs.has([
        ("llm.model_name", "gpt-5-2026"),
        ("llm.request.model_name", "gpt-5"),
        ("llm.response.model_name", "gpt-5-2026"),
        ("gen_ai.request.model", "gpt-5"),
        ("gen_ai.response.model", "gpt-5-2026"),
    ]);
    let same = derive([(ChatRequest, asked), (ChatResponse, asked)]);
    same.has([("llm.model_name", "gpt-5"), ("gen_ai.response.model", "gpt-5")]);
    same.lacks(["llm.request.model_name", "llm.response.model_name"]);
}

#[test]
fn a_text_is_content_and_anything_else_a_list_of_contents() {
    for (message, expected) in [
        (r#"{"role":"user","content":"hi"}"#, &["content = hi"][..]),
        (r#"{"role":"user","content":[{"type":"text","text":"hi"}]}"#, &["content = hi"]),
        (r#"{"role":"user","content":""}"#, &["content = "]),
        (r#"{"role":"user","content":null}"#, &[]),
        (r#"{"role":"user","content":[]}"#, &[]),
        (
            r#"{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}"#,
            &[
                "contents.0.message_content.type = text",
                "contents.0.message_content.text = a",
                "contents.1.message_content.type = text",
                "contents.1.message_content.text = b",
            ],
        ),
        (
            r#"{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}"#,
            &[
                "contents.0.message_content.type = image",
                "contents.0.message_content.image.image.url = https://x/y.png",
            ],
        ),
        (
            r#"{"role":"user","content":[
                {"type":"input_audio","input_audio":{"data":"QUJD","format":"mp3"}}]}"#,
            &[
                "contents.0.message_content.type = audio",
                "contents.0.message_content.audio.audio.url = data:audio/mpeg;base64,QUJD",
                "contents.0.message_content.audio.audio.mime_type = audio/mpeg",
            ],
        ),
        (
            r#"{"role":"user","content":[{"type":"file","file":
                {"filename":"a.pdf","file_data":"data:application/pdf;base64,QQ=="}}]}"#,
            &[
                "contents.0.message_content.type = file",
                "contents.0.message_content.text = a.pdf",
                "contents.0.message_content.file.file.url = data:application/pdf;base64,QQ==",
            ],
        ),
        (
            r#"{"role":"user","content":[{"type":"hologram","voxels":3}]}"#,
            &[
                "contents.0.message_content.type = hologram",
                r#"contents.0.message_content.text = {"type":"hologram","voxels":3}"#,
            ],
        ),
    ] {
        let mut lines = messages(&format!("[{message}]"));
        assert_eq!(lines.remove(0), "0.message.role = user");
        let expected: Vec<_> = expected.iter().map(|line| format!("0.message.{line}")).collect();
        assert_eq!(lines, expected, "{message}");
    }
}

#[test]
fn tool_calls_and_their_answers_refer_to_each_other() {
    let lines = messages(
        r#"[{"role":"assistant","content":null,"tool_calls":[
            {"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},
            {"id":"c2","type":"custom","custom":{"name":"sql","input":"SELECT 1"}}]},
        {"role":"tool","tool_call_id":"c1","name":"f","content":"done"},
        {"role":"assistant","function_call":{"name":"old","arguments":"{}"}}]"#,
    );
    assert_eq!(
        lines,
        [
            "0.message.role = assistant",
            "0.message.tool_calls.0.tool_call.id = c1",
            "0.message.tool_calls.0.tool_call.function.name = f",
            r#"0.message.tool_calls.0.tool_call.function.arguments = {"a":1}"#,
            "0.message.tool_calls.1.tool_call.id = c2",
            "0.message.tool_calls.1.tool_call.function.name = sql",
            "0.message.tool_calls.1.tool_call.function.arguments = SELECT 1",
            "1.message.role = tool",
            "1.message.name = f",
            "1.message.tool_call_id = c1",
            "1.message.content = done",
            "2.message.role = assistant",
            "2.message.function_call_name = old",
            "2.message.function_call_arguments_json = {}",
        ]
    );
}

#[test]
fn every_choice_is_a_message_and_the_first_says_why_it_ended() {
    let span = derive([(
        ChatResponse,
        r#"{"id":"chatcmpl-1","choices":[
            {"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop",
             "logprobs":{"content":[{"token":"a"}]}},
            {"index":1,"message":{"role":"assistant","content":"b"},"finish_reason":"length"}]}"#,
    )]);
    assert_eq!(
        span.output(),
        [
            "0.message.role = assistant",
            "0.message.content = a",
            "1.message.role = assistant",
            "1.message.content = b",
        ]
    );
    span.has([
        ("llm.finish_reason", "stop"),
        ("gen_ai.response.finish_reasons", r#"["stop","length"]"#),
        ("gen_ai.response.id", "chatcmpl-1"),
        ("output.mime_type", "application/json"),
    ]);
    let output = span.get("output.value").unwrap_or_default();
    assert!(!output.contains("logprobs") && output.contains(r#""content":"b""#), "{output}");
}

#[test]
fn a_refusal_is_shown_as_the_answer_and_marked() {
    let lines =
        answers(r#"[{"message":{"role":"assistant","content":null,"refusal":"I cannot."}}]"#);
    assert_eq!(
        lines,
        ["0.message.role = assistant", "0.message.refusal = true", "0.message.content = I cannot.",]
    );
}

#[test]
fn spoken_answers_have_the_format_that_was_asked_for() {
    let answer = r#"{"choices":[{"message":{"role":"assistant","content":null,
        "audio":{"id":"audio_1","data":"QUJD","transcript":"hello"}}}]}"#;
    let span = derive([(ChatRequest, r#"{"audio":{"format":"mp3"}}"#), (ChatResponse, answer)]);
    assert_eq!(
        span.output(),
        [
            "0.message.role = assistant",
            "0.message.contents.0.message_content.type = audio",
            "0.message.contents.0.message_content.audio.audio.url = data:audio/mpeg;base64,QUJD",
            "0.message.contents.0.message_content.audio.audio.mime_type = audio/mpeg",
            "0.message.contents.0.message_content.audio.audio.transcript = hello",
            "0.message.contents.0.message_content.id = audio_1",
        ]
    );
}

#[test]
fn what_a_model_thought_comes_before_what_it_said() {
    for field in ["reasoning_content", "reasoning"] {
        let lines = answers(&format!(
            r#"[{{"message":{{"role":"assistant","content":"4","{field}":"2+2"}}}}]"#
        ));
        assert_eq!(
            lines,
            [
                "0.message.role = assistant",
                "0.message.contents.0.message_content.type = reasoning",
                "0.message.contents.0.message_content.text = 2+2",
                "0.message.contents.1.message_content.type = text",
                "0.message.contents.1.message_content.text = 4",
            ]
        );
    }
}

#[test]
fn what_has_the_wrong_type_is_left_out_and_the_rest_stays() {
    let span = derive([
        (ChatRequest, r#"{"model":1,"messages":"hello","tools":{"a":1},"temperature":"hot"}"#),
        (ChatResponse, r#"{"model":[],"choices":{"0":1},"usage":"much","id":7}"#),
    ]);
    span.has([
        ("openinference.span.kind", "LLM"),
        ("input.value", r#"{"model":1,"messages":"hello","tools":{"a":1},"temperature":"hot"}"#),
        ("output.value", r#"{"model":[],"choices":{"0":1},"usage":"much","id":7}"#),
    ]);
    span.lacks(["llm.model_name", "gen_ai.response.id", "gen_ai.request.temperature"]);
    assert_eq!(span.input(), [""; 0]);
}

#[test]
fn a_body_that_is_no_object_is_shown_as_it_is() {
    for body in ["null", "3", r#""text""#, "[]", "true"] {
        derive([(ChatRequest, body)]).has([("input.value", body)]);
    }
}

#[test]
fn a_request_captured_twice_counts_as_the_last_one_says() {
    let span = derive_all(
        ChatRequest,
        &[
            r#"{"model":"a","messages":[{"role":"user"}]}"#,
            r#"{"model":"b","messages":[{"role":"system"}]}"#,
        ],
    );
    span.has([("llm.model_name", "b"), ("llm.input_messages.0.message.role", "system")]);
}
