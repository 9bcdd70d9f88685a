//! Where a call went, and what it failed with.

use super::super::super::PartKind::{Call, ChatRequest, EmbeddingsRequest, Error};
use super::support::{Derived, derive, derive_all};

fn chat(call: &str) -> Derived {
    derive([(ChatRequest, "{}"), (Call, call)])
}

#[test]
fn the_clients_base_url_says_who_answers() {
    for (call, provider, system, gen_ai) in [
        (r#"{"baseURL":"https://api.openai.com/v1"}"#, "openai", "openai", "openai"),
        (r#"{"baseURL":"https://api.x.ai/v1"}"#, "xai", "xai", "x_ai"),
        (r#"{"baseURL":"http://localhost:11434/v1"}"#, "ollama", "openai", "ollama"),
        (r#"{"baseURL":"http://[::1]:11434/v1"}"#, "ollama", "openai", "ollama"),
        (
            r#"{"baseURL":"https://gateway.internal/v1","azure":true}"#,
            "azure",
            "openai",
            "azure.ai.openai",
        ),
        (r#"{"baseURL":"not a url"}"#, "openai", "openai", "openai"),
        (r#"{"baseURL":null,"azure":false}"#, "openai", "openai", "openai"),
        (r#"{"baseURL":7}"#, "openai", "openai", "openai"),
    ] {
        chat(call).has([
            ("llm.provider", provider),
            ("llm.system", system),
            ("gen_ai.provider.name", gen_ai),
            ("gen_ai.system", gen_ai),
        ]);
    }
}

#[test]
fn a_url_with_a_password_gives_its_host_and_port_alone() {
    let span = chat(r#"{"baseURL":"https://user:SECRET@llm.example:8443/v1?key=SECRET"}"#);
    span.has([("server.address", "llm.example"), ("server.port", "8443")]);
    assert!(span.0.iter().all(|entry| !entry.value.to_string().contains("SECRET")));
    chat(r#"{"baseURL":"http://[::1]/v1"}"#)
        .has([("server.address", "::1"), ("server.port", "80")]);
}

#[test]
fn embeddings_name_neither_system_nor_provider() {
    let span = derive([
        (Call, r#"{"baseURL":"https://api.together.xyz/v1"}"#),
        (EmbeddingsRequest, r#"{"model":"e"}"#),
    ]);
    span.has([("openinference.span.kind", "EMBEDDING"), ("gen_ai.provider.name", "together")]);
    span.lacks(["llm.provider", "llm.system", "llm.model_name"]);
}

#[test]
fn a_call_is_told_bit_by_bit() {
    let span = derive_all(
        Call,
        &[
            r#"{"streaming":true,"baseURL":"https://api.groq.com/openai/v1"}"#,
            r#"{"firstTokenMs":250.5,"retries":0}"#,
            r#"{"requestId":"req_1","status":200,"retries":2}"#,
        ],
    );
    span.has([
        ("llm.streaming", "true"),
        ("gen_ai.request.stream", "true"),
        ("gen_ai.response.time_to_first_chunk", "0.2505"),
        ("openai.request_id", "req_1"),
        ("http.response.status_code", "200"),
        ("http.request.resend_count", "2"),
        ("gen_ai.provider.name", "groq"),
    ]);
    chat(r#"{"retries":0,"firstTokenMs":null}"#)
        .lacks(["http.request.resend_count", "gen_ai.response.time_to_first_chunk"]);
}

#[test]
fn an_errors_type_is_the_most_precise_thing_that_is_known() {
    for (error, expected) in [
        (
            r#"{"name":"RateLimitError","status":429,"code":"rate_limit_exceeded","type":"requests"}"#,
            "rate_limit_exceeded",
        ),
        (
            r#"{"name":"BadRequestError","status":400,"code":null,"type":"invalid_request_error"}"#,
            "invalid_request_error",
        ),
        (r#"{"name":"APIConnectionTimeoutError","code":""}"#, "APIConnectionTimeoutError"),
        (r#"{"status":503}"#, "503"),
        (r#"{"code":1042,"name":"APIError"}"#, "1042"),
        (r#"{"name":"APIUserAbortError","aborted":true,"code":"x"}"#, "aborted"),
    ] {
        derive([(Error, error)]).has([("error.type", expected)]);
    }
    derive([(Error, "{}")]).lacks(["error.type"]);
}

#[test]
fn what_the_api_said_of_an_error_is_kept() {
    let span = derive([(
        Error,
        r#"{"name":"BadRequestError","message":"no","status":400,"code":"bad","type":"invalid_request_error",
            "param":"model","requestId":"req_2"}"#,
    )]);
    span.has([
        ("http.response.status_code", "400"),
        ("openai.request_id", "req_2"),
        ("openai.error.code", "bad"),
        ("openai.error.type", "invalid_request_error"),
        ("openai.error.param", "model"),
    ]);
    span.lacks(["output.value", "gen_ai.response.id", "openinference.span.kind"]);
}
