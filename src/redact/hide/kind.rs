//! What kind of step a span stands for, as OpenInference or OpenTelemetry says it.

use opentelemetry::KeyValue;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SpanKind {
    Llm,
    Embedding,
    Tool,
    Retriever,
    Reranker,
    /// Whatever else, or not said.
    Other,
}

impl SpanKind {
    pub fn of(attributes: &[KeyValue]) -> Self {
        let text_of = |key: &str| {
            let found = attributes.iter().find(|entry| entry.key.as_str() == key);
            found.map(|entry| entry.value.as_str().to_ascii_uppercase())
        };
        match text_of("openinference.span.kind").as_deref() {
            Some("LLM") => SpanKind::Llm,
            Some("EMBEDDING") => SpanKind::Embedding,
            Some("TOOL") => SpanKind::Tool,
            Some("RETRIEVER") => SpanKind::Retriever,
            Some("RERANKER") => SpanKind::Reranker,
            Some(_) => SpanKind::Other,
            None => match text_of("gen_ai.operation.name").as_deref() {
                Some("CHAT" | "TEXT_COMPLETION" | "GENERATE_CONTENT") => SpanKind::Llm,
                Some("EMBEDDINGS") => SpanKind::Embedding,
                Some("EXECUTE_TOOL") => SpanKind::Tool,
                Some("RETRIEVAL") => SpanKind::Retriever,
                _ => SpanKind::Other,
            },
        }
    }

    /// Whether what goes in is a request to a model, with parameters.
    pub fn is_call(self) -> bool {
        matches!(self, SpanKind::Llm | SpanKind::Embedding)
    }
}
