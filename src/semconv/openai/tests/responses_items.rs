//! Items of the Responses API: the same mapping for those given and those answered.

use super::super::super::PartKind::{ResponsesRequest, ResponsesResponse};
use super::support::derive;

#[track_caller]
fn assert_item(item: &str, expected: &[&str]) {
    let expected: Vec<_> = expected.iter().map(|line| format!("0.message.{line}")).collect();
    let given = derive([(ResponsesRequest, &format!(r#"{{"input":[{item}]}}"#))]);
    assert_eq!(given.input(), expected, "{item}");
    let answered = derive([(ResponsesResponse, &format!(r#"{{"output":[{item}]}}"#))]);
    assert_eq!(answered.output(), expected, "{item}");
}

#[test]
fn messages_may_hold_several_kinds_of_content() {
    assert_item(
        r#"{"type":"message","role":"user","content":[{"type":"input_text","text":"look"},
            {"type":"input_image","image_url":"data:image/png;base64,QQ=="},
            {"type":"input_image","file_id":"file_1"},
            {"type":"input_file","filename":"a.pdf","file_url":"https://x/a.pdf"}]}"#,
        &[
            "role = user",
            "contents.0.message_content.type = text",
            "contents.0.message_content.text = look",
            "contents.1.message_content.type = image",
            "contents.1.message_content.image.image.url = data:image/png;base64,QQ==",
            "contents.2.message_content.type = image",
            "contents.2.message_content.id = file_1",
            "contents.3.message_content.type = file",
            "contents.3.message_content.text = a.pdf",
            "contents.3.message_content.file.file.url = https://x/a.pdf",
        ],
    );
}

#[test]
fn a_refusal_beside_a_text_is_a_text_of_its_own() {
    assert_item(
        r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"},
            {"type":"refusal","refusal":"b"}]}"#,
        &[
            "role = assistant",
            "refusal = true",
            "contents.0.message_content.type = text",
            "contents.0.message_content.text = a",
            "contents.1.message_content.type = text",
            "contents.1.message_content.text = b",
        ],
    );
}

#[test]
fn answers_to_calls_are_messages_of_the_tool() {
    for kind in ["function_call_output", "custom_tool_call_output", "shell_call_output"] {
        assert_item(
            &format!(r#"{{"type":"{kind}","call_id":"c1","output":"sunny"}}"#),
            &["role = tool", "tool_call_id = c1", "content = sunny"],
        );
    }
    assert_item(
        r#"{"type":"computer_call_output","call_id":"c1","output":
            {"type":"computer_screenshot","image_url":"https://x/s.png"}}"#,
        &[
            "role = tool",
            "tool_call_id = c1",
            "contents.0.message_content.type = image",
            "contents.0.message_content.image.image.url = https://x/s.png",
        ],
    );
    assert_item(
        r#"{"type":"function_call_output","call_id":"c1","output":7}"#,
        &["role = tool", "tool_call_id = c1", "content = 7"],
    );
}

/// As `@openai/agents` has it in its own terms.
#[test]
fn items_of_the_agents_sdk_are_understood() {
    assert_item(
        r#"{"type":"function_call","id":"fc_1","callId":"c1","name":"refund","arguments":"{}"}"#,
        &[
            "role = assistant",
            "tool_calls.0.tool_call.id = c1",
            "tool_calls.0.tool_call.function.name = refund",
            "tool_calls.0.tool_call.function.arguments = {}",
        ],
    );
    assert_item(
        r#"{"type":"function_call_result","name":"refund","callId":"c1","status":"completed",
            "output":{"type":"text","text":"paid"}}"#,
        &["role = tool", "tool_call_id = c1", "content = paid"],
    );
    assert_item(
        r#"{"type":"function_call_result","callId":"c1","output":[
            {"type":"image","image":{"data":"QQ==","mediaType":"image/gif"}},
            {"type":"image","image":{"fileId":"file_1"}},
            {"type":"file","file":{"url":"https://x/a.pdf","filename":"a.pdf"}}]}"#,
        &[
            "role = tool",
            "tool_call_id = c1",
            "contents.0.message_content.type = image",
            "contents.0.message_content.image.image.url = data:image/gif;base64,QQ==",
            "contents.1.message_content.type = image",
            "contents.1.message_content.id = file_1",
            "contents.2.message_content.type = file",
            "contents.2.message_content.text = a.pdf",
            "contents.2.message_content.file.file.url = https://x/a.pdf",
        ],
    );
    assert_item(
        r#"{"type":"computer_call_result","callId":"c1",
            "output":{"type":"computer_screenshot","data":"QQ=="}}"#,
        &[
            "role = tool",
            "tool_call_id = c1",
            "contents.0.message_content.type = image",
            "contents.0.message_content.image.image.url = data:image/png;base64,QQ==",
        ],
    );
    assert_item(
        r#"{"role":"user","content":[{"type":"input_text","text":"look"},
            {"type":"input_image","image":"https://x/p.png"},
            {"type":"input_image","image":{"id":"file_1"}},
            {"type":"input_file","file":"data:text/plain;base64,QQ==","filename":"a.txt"},
            {"type":"input_file","file":{"id":"file_2"}},
            {"type":"audio","audio":"QQ==","format":"mp3","transcript":"hi"}]}"#,
        &[
            "role = user",
            "contents.0.message_content.type = text",
            "contents.0.message_content.text = look",
            "contents.1.message_content.type = image",
            "contents.1.message_content.image.image.url = https://x/p.png",
            "contents.2.message_content.type = image",
            "contents.2.message_content.id = file_1",
            "contents.3.message_content.type = file",
            "contents.3.message_content.text = a.txt",
            "contents.3.message_content.file.file.url = data:text/plain;base64,QQ==",
            "contents.4.message_content.type = file",
            "contents.4.message_content.id = file_2",
            "contents.5.message_content.type = audio",
            "contents.5.message_content.audio.audio.url = data:audio/mpeg;base64,QQ==",
            "contents.5.message_content.audio.audio.mime_type = audio/mpeg",
            "contents.5.message_content.audio.audio.transcript = hi",
        ],
    );
    assert_item(
        r#"{"type":"hosted_tool_call","id":"c1","name":"web_search_call","arguments":"{}",
            "status":"completed","output":"found"}"#,
        &[
            "role = assistant",
            "tool_calls.0.tool_call.id = c1",
            "tool_calls.0.tool_call.function.name = web_search_call",
            "tool_calls.0.tool_call.function.arguments = {}",
            "content = found",
        ],
    );
}

#[test]
fn what_a_model_does_with_a_tool_is_a_call_of_that_tool() {
    for (item, name, arguments) in [
        (
            r#"{"type":"custom_tool_call","id":"x","call_id":"c1","name":"sql","input":"SELECT 1"}"#,
            "sql",
            "SELECT 1",
        ),
        (
            r#"{"type":"web_search_call","id":"c1","status":"completed","action":{"type":"search","query":"q"}}"#,
            "web_search",
            r#"{"type":"search","query":"q"}"#,
        ),
        (
            r#"{"type":"file_search_call","id":"c1","status":"completed","queries":["q"],"results":null}"#,
            "file_search",
            r#"{"queries":["q"]}"#,
        ),
        (
            r#"{"type":"code_interpreter_call","id":"c1","container_id":"k","code":"1+1","outputs":null}"#,
            "code_interpreter",
            r#"{"container_id":"k","code":"1+1"}"#,
        ),
        (
            r#"{"type":"computer_call","id":"x","call_id":"c1","action":{"type":"click","x":1}}"#,
            "computer",
            r#"{"type":"click","x":1}"#,
        ),
        (
            r#"{"type":"local_shell_call","id":"x","call_id":"c1","action":{"command":["ls"]}}"#,
            "local_shell",
            r#"{"command":["ls"]}"#,
        ),
        (
            r#"{"type":"apply_patch_call","call_id":"c1","operation":{"type":"delete_file"}}"#,
            "apply_patch",
            r#"{"type":"delete_file"}"#,
        ),
        (
            r#"{"type":"mcp_approval_request","id":"c1","name":"roll","arguments":"{}","server_label":"d"}"#,
            "roll",
            "{}",
        ),
        (
            r#"{"type":"tool_search_call","id":"c1","arguments":{"query":"q"}}"#,
            "tool_search",
            r#"{"query":"q"}"#,
        ),
        (r#"{"type":"levitation_call","id":"c1","height":3}"#, "levitation", r#"{"height":3}"#),
    ] {
        assert_item(
            item,
            &[
                "role = assistant",
                "tool_calls.0.tool_call.id = c1",
                &format!("tool_calls.0.tool_call.function.name = {name}"),
                &format!("tool_calls.0.tool_call.function.arguments = {arguments}"),
            ],
        );
    }
}

#[test]
fn what_a_built_in_tool_gave_is_shown_with_its_call() {
    let call = |name: &str, arguments: &str| {
        [
            "role = assistant".to_owned(),
            "tool_calls.0.tool_call.id = c1".to_owned(),
            format!("tool_calls.0.tool_call.function.name = {name}"),
            format!("tool_calls.0.tool_call.function.arguments = {arguments}"),
        ]
    };
    for (item, name, arguments, results) in [
        (
            r#"{"type":"mcp_call","id":"c1","name":"roll","arguments":"{}","output":"4","error":null}"#,
            "roll",
            "{}",
            &["content = 4"][..],
        ),
        (
            r#"{"type":"code_interpreter_call","id":"c1","code":"x","outputs":[
                {"type":"logs","logs":"2"},{"type":"image","url":"https://x/p.png"}]}"#,
            "code_interpreter",
            r#"{"code":"x"}"#,
            &[
                "contents.0.message_content.type = text",
                "contents.0.message_content.text = 2",
                "contents.1.message_content.type = image",
                "contents.1.message_content.image.image.url = https://x/p.png",
            ],
        ),
        (
            r#"{"type":"image_generation_call","id":"c1","status":"completed","result":"QQ==","output_format":"webp","size":"1x1"}"#,
            "image_generation",
            r#"{"output_format":"webp","size":"1x1"}"#,
            &[
                "contents.0.message_content.type = image",
                "contents.0.message_content.image.image.url = data:image/webp;base64,QQ==",
            ],
        ),
        (
            r#"{"type":"file_search_call","id":"c1","queries":["q"],"results":[{"file_id":"f"}]}"#,
            "file_search",
            r#"{"queries":["q"]}"#,
            &[r#"content = [{"file_id":"f"}]"#],
        ),
    ] {
        let expected = call(name, arguments);
        let expected: Vec<_> =
            expected.iter().map(String::as_str).chain(results.iter().copied()).collect();
        assert_item(item, &expected);
    }
}

#[test]
fn reasoning_shows_summary_and_thoughts_apart() {
    assert_item(
        r#"{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"}"#,
        &[
            "role = assistant",
            "contents.0.message_content.type = reasoning",
            "contents.0.message_content.id = rs_1",
            "contents.0.message_content.encrypted_content = gAAA",
        ],
    );
    assert_item(
        r#"{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"s"}],
            "content":[{"type":"reasoning_text","text":"t"}]}"#,
        &[
            "role = assistant",
            "contents.0.message_content.type = reasoning",
            "contents.0.message_content.text = s",
            "contents.0.message_content.id = rs_1",
            "contents.1.message_content.type = reasoning",
            "contents.1.message_content.text = t",
        ],
    );
}

#[test]
fn items_of_unknown_types_are_their_json() {
    for (item, role) in [
        (r#"{"type":"item_reference","id":"msg_1"}"#, "assistant"),
        (r#"{"type":"mcp_list_tools","id":"m","server_label":"d","tools":[]}"#, "assistant"),
        (r#"{"type":"mcp_approval_response","approve":true}"#, "user"),
        (r#"{"type":"telepathy","role":"developer","waves":[1]}"#, "developer"),
        (r#"{"nothing":"known"}"#, "assistant"),
    ] {
        assert_item(item, &[&format!("role = {role}"), &format!("content = {item}")]);
    }
}
