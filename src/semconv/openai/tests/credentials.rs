//! No credential leaves the process in any attribute, wherever a request or response repeats it.

use super::super::super::PartKind::{
    ChatRequest, ResponsesEvent, ResponsesRequest, ResponsesResponse,
};
use super::support::{Derived, derive};

const TOOLS: &str = r#"[{"type":"mcp","server_label":"m",
    "server_url":"https://user:SECRET@mcp.example/sse?key=SECRET","authorization":"SECRET",
    "headers":{"Authorization":"Bearer SECRET","X-Key":"SECRET"}},
    {"type":"mcp","headers":"SECRET","authorization":{"token":"SECRET"},"server_url":{"x":"SECRET"}},
    {"type":"namespace","tools":[{"type":"mcp","authorization":"SECRET"}]},
    {"type":"function","name":"f","parameters":{"properties":{"headers":{"type":"object"},"authorization":{"type":"string"}}}}]"#;

#[track_caller]
fn assert_nothing_leaks(span: &Derived) {
    for entry in &span.0 {
        assert!(!entry.value.to_string().contains("SECRET"), "{}: {}", entry.key, entry.value);
    }
}

#[test]
fn what_an_mcp_server_is_given_stays_here() {
    let request = format!(r#"{{"model":"m","input":"hi","tools":{TOOLS}}}"#);
    let response = format!(r#"{{"id":"r","output":[],"tools":{TOOLS}}}"#);
    let last = format!(r#"{{"type":"response.completed","response":{response}}}"#);
    let created = format!(r#"{{"type":"response.created","response":{response}}}"#);
    for part in
        [(ResponsesResponse, &response), (ResponsesEvent, &last), (ResponsesEvent, &created)]
    {
        let span = derive([(ResponsesRequest, &request), (part.0, part.1)]);
        assert_nothing_leaks(&span);
        span.has([(
            "llm.tools.0.tool.json_schema",
            r#"{"type":"mcp","server_label":"m","server_url":"https://__REDACTED__@mcp.example/sse?__REDACTED__","authorization":"__REDACTED__","headers":{"Authorization":"__REDACTED__","X-Key":"__REDACTED__"}}"#,
        )]);
        let input = span.get("input.value").unwrap_or_default();
        let own =
            r#"{"properties":{"headers":{"type":"object"},"authorization":{"type":"string"}}}"#;
        assert!(input.contains(own), "a tool's own parameters are no credentials: {input}");
    }
}

#[test]
fn tools_in_the_wrong_place_or_shape_do_not_leak() {
    assert_nothing_leaks(&derive([(
        ResponsesRequest,
        r#"{"tools":{"type":"mcp","authorization":"SECRET","headers":["SECRET"]}}"#,
    )]));
    assert_nothing_leaks(&derive([(
        ResponsesRequest,
        r#"{"input":[{"type":"tool_search_output","call_id":"c","tools":[{"authorization":"SECRET"}]},
            {"type":"later","tools":[{"headers":{"a":"SECRET"}}]}]}"#,
    )]));
    assert_nothing_leaks(&derive([(ChatRequest, &format!(r#"{{"tools":{TOOLS}}}"#))]));
}

#[test]
fn no_authorization_is_no_secret() {
    let response = r#"{"tools":[{"type":"mcp","authorization":null,"headers":null}]}"#;
    derive([(ResponsesResponse, response)]).has([("output.value", response)]);
}

#[test]
fn the_keys_of_azures_data_sources_stay_here() {
    let span = derive([(
        ChatRequest,
        r#"{"data_sources":[{"type":"azure_search","parameters":{"endpoint":"https://s",
            "key":"SECRET","authentication":{"type":"api_key","key":"SECRET"}}}]}"#,
    )]);
    assert_nothing_leaks(&span);
    let input = span.get("input.value").unwrap_or_default();
    assert!(input.contains(r#""endpoint":"https://s""#), "{input}");
}
