//! What the client knows of a call apart from its request and response: where it went, how fast
//! and how often, and what it failed with.

use http::Uri;

use super::facts::Facts;
use super::provider::{self, AZURE};
use crate::handoff::Value;
use crate::semconv::attributes::Attributes;
use crate::semconv::view::{View, some_text};

/// May come several times, with other fields each time; the last word counts.
pub(super) fn call(facts: &mut Facts, into: &mut Attributes, part: View<'_, '_>) {
    let [base_url, azure, streaming, first_token_ms, request_id, status, retries] = part.pick([
        "baseURL",
        "azure",
        "streaming",
        "firstTokenMs",
        "requestId",
        "status",
        "retries",
    ]);
    if let Some(url) = some_text(base_url) {
        server(facts, into, &url.to_utf8());
    }
    if azure.and_then(View::bool) == Some(true) {
        facts.provider = Some(&AZURE);
    }
    if let Some(streaming) = streaming.and_then(View::bool) {
        into.set("llm.streaming", streaming);
        into.set("gen_ai.request.stream", streaming);
    }
    if let Some(millis) = first_token_ms.and_then(View::number) {
        into.set("gen_ai.response.time_to_first_chunk", millis / 1000.0);
    }
    if let Some(retries) = retries.and_then(View::integer).filter(|retries| *retries > 0) {
        into.set("http.request.resend_count", retries);
    }
    answer(into, request_id, status);
}

pub(super) fn error(into: &mut Attributes, part: View<'_, '_>) {
    let [name, status, code, kind, param, request_id, aborted] =
        part.pick(["name", "status", "code", "type", "param", "requestId", "aborted"]);
    let code_text = code.and_then(|code| match code.value {
        Value::Text(text) if !text.is_empty() => Some(text.into_string()),
        Value::Int(_) | Value::Number(_) => Some(code.json()),
        _ => None,
    });
    let text = |value| some_text(value).map(|text| text.into_string());
    let is_abort = aborted.and_then(View::bool) == Some(true);
    let error_type = if is_abort {
        Some("aborted".to_owned())
    } else {
        let status = status.and_then(View::integer).map(|status| status.to_string());
        code_text.clone().or(text(kind)).or(text(name)).or(status)
    };
    for (key, value) in [
        ("error.type", error_type),
        ("openai.error.code", code_text),
        ("openai.error.type", text(kind)),
        ("openai.error.param", text(param)),
    ] {
        if let Some(value) = value {
            into.set(key, value);
        }
    }
    answer(into, request_id, status);
}

fn answer(into: &mut Attributes, request_id: Option<View<'_, '_>>, status: Option<View<'_, '_>>) {
    if let Some(id) = some_text(request_id) {
        into.set("openai.request_id", id.into_string());
    }
    if let Some(status) = status.and_then(View::integer) {
        into.set("http.response.status_code", status);
    }
}

/// Only host and port: the rest of the URL may hold a credential.
fn server(facts: &mut Facts, into: &mut Attributes, url: &str) {
    let Ok(uri) = url.parse::<Uri>() else {
        return;
    };
    let Some(host) = uri.host().filter(|host| !host.is_empty()) else {
        return;
    };
    let default_port = if uri.scheme_str() == Some("http") { 80 } else { 443 };
    let port = uri.port_u16().unwrap_or(default_port);
    if facts.provider != Some(&AZURE) {
        facts.provider = Some(provider::by_host(host, port));
    }
    into.set("server.address", host.trim_matches(['[', ']']).to_owned());
    into.set("server.port", i64::from(port));
}
