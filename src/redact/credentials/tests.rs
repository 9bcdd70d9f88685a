use std::collections::HashMap;

use opentelemetry::trace::{Event, Link, SpanContext, Status};
use std::time::UNIX_EPOCH;

use super::*;
use crate::redact::Policy;

fn cleaned(text: &str) -> String {
    clean(text).unwrap_or_else(|| text.to_owned())
}

#[test]
fn credentials_in_json_go_at_any_depth() {
    for (json, expected) in [
        (
            r#"{"tools":[{"type":"mcp","headers":{"X-Any":"s3cret","n":1},"authorization":"s3cret","server_url":"https://h/?id=s3cret"}]}"#,
            r#"{"tools":[{"type":"mcp","headers":{"X-Any":"__REDACTED__","n":1},"authorization":"__REDACTED__","server_url":"https://h/?__REDACTED__"}]}"#,
        ),
        (
            r#"{"headers":{"Authorization":"s3cret","X-Session":"s3cret","Content-Type":"text/plain"}}"#,
            r#"{"headers":{"Authorization":"__REDACTED__","X-Session":"__REDACTED__","Content-Type":"text/plain"}}"#,
        ),
        (
            r#"{"a":[{"b":{"apiKey":"s3cret","max_tokens":5}}],"OPENAI_API_KEY":"s3cret"}"#,
            r#"{"a":[{"b":{"apiKey":"__REDACTED__","max_tokens":5}}],"OPENAI_API_KEY":"__REDACTED__"}"#,
        ),
        (
            r#"{"command":"npx","args":["x"],"env":{"ANY":"s3cret"}}"#,
            r#"{"command":"npx","args":["x"],"env":{"ANY":"__REDACTED__"}}"#,
        ),
        (
            r#"{"parameters":{"authentication":{"type":"api_key","key":"s3cret"}}}"#,
            r#"{"parameters":{"authentication":{"type":"api_key","key":"__REDACTED__"}}}"#,
        ),
        (
            r#"{"headers":[{"name":"X-Token","value":"s3cret"},{"name":"Accept","value":"*/*"}]}"#,
            r#"{"headers":[{"name":"X-Token","value":"__REDACTED__"},{"name":"Accept","value":"*/*"}]}"#,
        ),
        (
            r#"{"arguments":"{\"api_key\":\"s3cret\",\"n\":1}"}"#,
            r#"{"arguments":"{\"api_key\":\"__REDACTED__\",\"n\":1}"}"#,
        ),
        (r#"{"password":["s3cret",1]}"#, r#"{"password":"__REDACTED__"}"#),
        (r#"["call https://u:s3cret@h"]"#, r#"["call https://__REDACTED__@h"]"#),
        (
            r#"{"x":"Authorization: Bearer s3cret0123456789"}"#,
            r#"{"x":"Authorization: Bearer __REDACTED__"}"#,
        ),
    ] {
        assert_eq!(cleaned(json), expected);
        assert_eq!(clean(expected), None, "{expected}");
    }
}

#[test]
fn what_only_speaks_of_credentials_stays() {
    for text in [
        // A tool whose arguments are called so.
        r#"{"type":"function","parameters":{"properties":{"authorization":{"type":"string","description":"The Authorization header"},"headers":{"type":"object","description":"all headers"},"password":{"type":"string"}},"required":["password"]}}"#,
        r#"{"messages":[{"role":"user","content":"What is an api_key, and why is Authorization: Bearer used?"}]}"#,
        r#"{"usage":{"prompt_tokens":1},"max_tokens":5,"next_page_token":"abc","logprobs":null}"#,
        r#"{"password":null,"has_password":true,"api_key":""}"#,
        "Please see https://example.com/a?page=2, or write to a@b.c",
        r#"{"broken":"#,
    ] {
        assert_eq!(clean(text), None, "{text}");
    }
}

#[test]
fn attributes_that_are_called_like_a_credential_are_hidden_whole() {
    for (key, value, expected) in [
        ("http.request.header.authorization", "Basic abc", REDACTED),
        ("http.request.header.cookie", "a=b", REDACTED),
        ("app.api_key", "abc", REDACTED),
        ("http.target", "/x?token=abcdefgh&a=1", "/x?token=__REDACTED__&a=1"),
        ("url.full", "https://u:p@h/x", "https://__REDACTED__@h/x"),
        ("llm.token_count.prompt", "5", "5"),
        ("gen_ai.request.max_tokens", "5", "5"),
        ("session.id", "api_key", "api_key"),
    ] {
        let mut attributes = [KeyValue::new(key, value)];
        clean_attributes(&mut attributes);
        assert_eq!(
            attributes.first().map(|entry| entry.value.as_str().into_owned()).as_deref(),
            Some(expected)
        );
    }
    let header = Value::Array(Array::String(vec!["Bearer abc".into()]));
    let mut attributes = [KeyValue::new("http.request.header.authorization", header)];
    clean_attributes(&mut attributes);
    assert_eq!(
        attributes.first().map(|entry| format!("{:?}", entry.value).contains("abc")),
        Some(false)
    );
}

#[test]
fn every_place_of_a_span_is_looked_at() {
    const URL: &str = "https://me:hunter2@host/x";
    let mut span = crate::testing::span("GET");
    span.name = URL.into();
    span.status = Status::error(URL);
    let attribute = || vec![KeyValue::new("any", URL)];
    span.attributes = attribute();
    span.events.events.push(Event::new(URL, UNIX_EPOCH, attribute(), 0));
    span.links.links.push(Link::new(SpanContext::empty_context(), attribute(), 0));
    let shown = format!("{:?}", Policy::default().apply(span));
    assert!(!shown.contains("hunter2"), "{shown}");
    assert_eq!(shown.matches("https://__REDACTED__@host/x").count(), 6, "{shown}");
}

#[test]
fn json_without_end_is_searched_as_text() {
    let deep = ["[".repeat(500), r#"{"api_key":"s3cret"}"#.to_owned(), "]".repeat(500)].concat();
    assert!(!cleaned(&deep).contains("s3cret"));
    let mut nested = r#"{"api_key":"s3cret"}"#.to_owned();
    for _ in 0..6 {
        nested = serde_json::to_string(&HashMap::from([("a", nested)])).expect("JSON");
    }
    assert!(!cleaned(&nested).contains("s3cret"));
}

proptest::proptest! {
    #[test]
    fn json_stays_json_and_is_clean_for_good(
        name in "(api_key|authorization|headers|a|env|command|server_url|text)",
        other in "(apiKey|type|url|value|name)",
        text in "(s3cret|https://u:p@h/|Bearer |mcp|api_key|[\"\\\\é{}]){0,6}",
    ) {
        let inner = serde_json::json!({ &name: &text, &other: [&text, 1, null] });
        let json = serde_json::json!({ &other: inner.to_string(), &name: inner }).to_string();
        let once = cleaned(&json);
        serde_json::from_str::<serde_json::Value>(&once).expect("valid JSON");
        proptest::prop_assert_eq!(clean(&once), None);
    }
}
