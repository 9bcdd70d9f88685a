//! What is never cut: who and what a span is about, what it counts and how it ended. Without these a
//! trace cannot be found, joined or added up any more.

/// Whatever their length.
const KEYS: [&str; 26] = [
    "session.id",
    "user.id",
    "openinference.span.kind",
    "llm.model_name",
    "llm.request.model_name",
    "llm.response.model_name",
    "llm.provider",
    "llm.system",
    "llm.finish_reason",
    "embedding.model_name",
    "reranker.model_name",
    "input.mime_type",
    "output.mime_type",
    "tool.name",
    "error.type",
    "exception.type",
    "gen_ai.operation.name",
    "gen_ai.system",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "gen_ai.response.model",
    "gen_ai.response.id",
    "gen_ai.response.finish_reasons",
    "gen_ai.conversation.id",
    "openai.request_id",
    "service.name",
];
const PREFIXES: [&str; 8] = [
    "agent.",
    "graph.node.",
    "llm.token_count.",
    "llm.cost.",
    "gen_ai.usage.",
    "gen_ai.agent.id",
    "gen_ai.agent.name",
    "catalyst.truncated.",
];
/// Inside lists of messages, tool calls and documents, and wherever else ids are called so.
const SUFFIXES: [&str; 6] =
    [".id", "_id", ".role", ".type", ".mime_type", ".tool_call.function.name"];
/// Nothing longer is a name.
const MAX_NAME_BYTES: usize = 256;

pub(super) fn is_protected(key: &str, text: &str) -> bool {
    KEYS.contains(&key)
        || PREFIXES.iter().any(|prefix| key.starts_with(prefix))
        || (text.len() <= MAX_NAME_BYTES && SUFFIXES.iter().any(|suffix| key.ends_with(suffix)))
}

/// Whether an attribute may not be left out, whatever its type.
pub(super) fn is_kept(key: &str) -> bool {
    is_protected(key, "")
}
