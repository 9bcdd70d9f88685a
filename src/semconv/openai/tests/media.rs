//! Embeddings, legacy completions, images and moderations.

use super::super::super::PartKind::{
    CompletionsRequest, CompletionsResponse, EmbeddingsRequest, EmbeddingsResponse, ImagesEvent,
    ImagesRequest, ImagesResponse, ModerationsRequest, ModerationsResponse,
};
use super::support::{Derived, derivation, derive, derive_all, sample};
use super::writer::{Sample, object};

#[test]
fn an_embedding_is_a_text_and_a_vector() {
    let span = derive([
        (EmbeddingsRequest, r#"{"model":"te-3","input":["a","b"],"dimensions":2}"#),
        (
            EmbeddingsResponse,
            r#"{"object":"list","model":"te-3-small","data":[
                {"object":"embedding","index":0,"embedding":[0.5,-1]},
                {"object":"embedding","index":1,"embedding":"AAAAPwAAgL8="}],
                "usage":{"prompt_tokens":2,"total_tokens":2}}"#,
        ),
    ]);
    assert_eq!(
        span.under("embedding.embeddings."),
        [
            "0.embedding.text = a",
            "1.embedding.text = b",
            "0.embedding.vector = [0.5,-1]",
            "1.embedding.vector = [0.5,-1]",
        ]
    );
    span.has([
        ("openinference.span.kind", "EMBEDDING"),
        ("embedding.model_name", "te-3-small"),
        ("embedding.invocation_parameters", r#"{"model":"te-3","dimensions":2}"#),
        ("llm.token_count.prompt", "2"),
        ("llm.token_count.total", "2"),
        ("gen_ai.operation.name", "embeddings"),
        ("gen_ai.response.model", "te-3-small"),
        ("output.mime_type", "application/json"),
    ]);
    let output = span.get("output.value").unwrap_or_default();
    assert!(!output.contains("AAAAPwAAgL8="), "vectors have their own attributes: {output}");
    span.lacks(["llm.system", "llm.provider", "llm.model_name", "llm.invocation_parameters"]);
}

#[test]
fn vectors_may_be_typed_arrays_and_inputs_tokens() {
    let floats = [0.5f32, 2.0].iter().flat_map(|float| float.to_le_bytes()).collect();
    let item = object([("embedding", Sample::Typed(6, floats))]);
    let response = object([("data", Sample::Array(vec![item]))]);
    let request = sample(r#"{"input":[[1,2],[3]]}"#);
    let parts = [(EmbeddingsRequest, request), (EmbeddingsResponse, response)];
    let span = Derived(derivation(&parts).finish().into_entries());
    assert_eq!(span.under("embedding.embeddings."), ["0.embedding.vector = [0.5,2]"]);
    span.has([("input.value", r#"{"input":[[1,2],[3]]}"#)]);
}

#[test]
fn what_is_no_vector_is_left_out() {
    for embedding in [r#""!!!""#, r#""AAA=""#, r#"[1,"x"]"#, "null", "{}"] {
        let response = format!(r#"{{"data":[{{"embedding":{embedding}}}]}}"#);
        let span = derive([(EmbeddingsResponse, &response)]);
        assert_eq!(span.under("embedding.embeddings."), [""; 0], "{embedding}");
    }
}

#[test]
fn a_completion_is_prompts_and_choices() {
    let span = derive([
        (CompletionsRequest, r#"{"model":"i","prompt":["one","two"],"max_tokens":5}"#),
        (
            CompletionsResponse,
            r#"{"id":"cmpl-1","model":"i","choices":[{"text":" is","finish_reason":"length","logprobs":{}},
                {"text":" too","finish_reason":"stop"}],"usage":{"prompt_tokens":2}}"#,
        ),
    ]);
    assert_eq!(span.under("llm.prompts."), ["0.prompt.text = one", "1.prompt.text = two"]);
    assert_eq!(span.under("llm.choices."), ["0.completion.text =  is", "1.completion.text =  too"]);
    span.has([
        ("openinference.span.kind", "LLM"),
        ("llm.invocation_parameters", r#"{"model":"i","max_tokens":5}"#),
        ("llm.finish_reason", "length"),
        ("gen_ai.operation.name", "text_completion"),
        ("gen_ai.response.id", "cmpl-1"),
        ("llm.token_count.prompt", "2"),
    ]);
    derive([(CompletionsRequest, r#"{"prompt":"one"}"#)])
        .has([("llm.prompts.0.prompt.text", "one")]);
}

#[test]
fn an_image_is_shown_as_the_answer_to_its_prompt() {
    let span = derive([
        (
            ImagesRequest,
            r#"{"model":"gpt-image-1","prompt":"a cat","image":[{"name":"in.png","type":"image/png","size":9}],"n":2}"#,
        ),
        (
            ImagesResponse,
            r#"{"created":1,"output_format":"webp","data":[{"b64_json":"QQ=="},
                {"url":"https://x/i.png","revised_prompt":"a nice cat"}],
                "usage":{"input_tokens":5,"output_tokens":7,"total_tokens":12}}"#,
        ),
    ]);
    assert_eq!(
        span.input(),
        [
            "0.message.role = user",
            "0.message.contents.0.message_content.type = text",
            "0.message.contents.0.message_content.text = a cat",
            "0.message.contents.1.message_content.type = file",
            "0.message.contents.1.message_content.text = in.png",
            "0.message.contents.1.message_content.file.file.mime_type = image/png",
        ]
    );
    assert_eq!(
        span.output(),
        [
            "0.message.role = assistant",
            "0.message.contents.0.message_content.type = image",
            "0.message.contents.0.message_content.image.image.url = data:image/webp;base64,QQ==",
            "0.message.contents.1.message_content.type = text",
            "0.message.contents.1.message_content.text = a nice cat",
            "0.message.contents.2.message_content.type = image",
            "0.message.contents.2.message_content.image.image.url = https://x/i.png",
        ]
    );
    span.has([
        ("openinference.span.kind", "LLM"),
        ("llm.model_name", "gpt-image-1"),
        ("llm.token_count.total", "12"),
        ("llm.invocation_parameters", r#"{"model":"gpt-image-1","n":2}"#),
    ]);
}

#[test]
fn the_last_image_of_a_stream_counts() {
    let url = "llm.output_messages.0.message.contents.0.message_content.image.image.url";
    let partial = r#"{"type":"image_generation.partial_image","b64_json":"cGFydA==","partial_image_index":0,"output_format":"png"}"#;
    let completed = r#"{"type":"image_generation.completed","b64_json":"YWxs","output_format":"png","usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3}}"#;
    derive_all(ImagesEvent, &[partial]).has([(url, "data:image/png;base64,cGFydA==")]);
    let span = derive_all(ImagesEvent, &[partial, completed]);
    span.has([(url, "data:image/png;base64,YWxs"), ("llm.token_count.total", "3")]);
}

#[test]
fn a_moderation_is_what_was_looked_at_and_the_verdict() {
    for (input, expected) in [
        (r#""bad""#, &["0.message.role = user", "0.message.content = bad"][..]),
        (
            r#"["a",{"type":"image_url","image_url":{"url":"https://x/i.png"}}]"#,
            &[
                "0.message.role = user",
                "0.message.contents.0.message_content.type = text",
                "0.message.contents.0.message_content.text = a",
                "0.message.contents.1.message_content.type = image",
                "0.message.contents.1.message_content.image.image.url = https://x/i.png",
            ],
        ),
    ] {
        let request = format!(r#"{{"model":"om","input":{input}}}"#);
        let response = r#"{"id":"modr-1","model":"om-2024","results":[{"flagged":true}]}"#;
        let span = derive([(ModerationsRequest, &request), (ModerationsResponse, response)]);
        assert_eq!(span.input(), expected);
        span.has([
            ("openinference.span.kind", "LLM"),
            ("llm.model_name", "om-2024"),
            ("output.value", response),
        ]);
        span.lacks(["gen_ai.operation.name"]);
    }
}
