//! Which attribute belongs to which flag. The rows stand for the keys of OpenInference, of
//! OpenTelemetry's `gen_ai.*` old and new, and of other libraries whose spans come through here; the
//! attributes of events are looked up in the same rows.
//!
//! In a key, `N` is any number, and `*` at the end is whatever follows.

use super::flags::Flags;
use super::kind::SpanKind;

const INPUTS: Flags = Flags::INPUTS;
const OUTPUTS: Flags = Flags::OUTPUTS;
const INPUT_MESSAGES: Flags = Flags::INPUT_MESSAGES;
const OUTPUT_MESSAGES: Flags = Flags::OUTPUT_MESSAGES;
const INPUT_TEXT: Flags = Flags::INPUT_TEXT;
const OUTPUT_TEXT: Flags = Flags::OUTPUT_TEXT;
const PROMPTS: Flags = Flags::PROMPTS;
const CHOICES: Flags = Flags::CHOICES;
const TOOLS: Flags = Flags::LLM_TOOLS;
const PARAMETERS: Flags = Flags::LLM_INVOCATION_PARAMETERS;
const VECTORS: Flags = Flags::EMBEDDINGS_VECTORS;
const EMBEDDED_TEXT: Flags = Flags::EMBEDDINGS_TEXT;

/// Whatever hides something that is said, which a message of an error may repeat.
const ANYTHING_SAID: Flags = INPUTS
    .or(OUTPUTS)
    .or(INPUT_MESSAGES)
    .or(OUTPUT_MESSAGES)
    .or(INPUT_TEXT)
    .or(OUTPUT_TEXT)
    .or(PROMPTS)
    .or(CHOICES)
    .or(TOOLS)
    .or(PARAMETERS)
    .or(Flags::INPUT_IMAGES)
    .or(EMBEDDED_TEXT);
const ANY_INPUT: Flags = INPUTS.or(INPUT_MESSAGES).or(INPUT_TEXT);
const ANY_OUTPUT: Flags = OUTPUTS.or(OUTPUT_MESSAGES).or(OUTPUT_TEXT);

/// What becomes of an attribute; of several the last one here counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Action {
    Keep,
    /// The value is looked into.
    Look(Content),
    Replace,
    Remove,
}

/// What a value holds that only partly has to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Content {
    /// All that was asked, in the form of whoever asked.
    Request,
    /// All that came back.
    Answer,
    /// A request without what it is about.
    Parameters,
    /// Something that was given.
    Given,
    /// Something that was made.
    Made,
}

use Action::{Look, Remove, Replace};

struct Row {
    keys: &'static [&'static str],
    flags: Flags,
    action: Action,
}

const fn row(keys: &'static [&'static str], flags: Flags, action: Action) -> Row {
    Row { keys, flags, action }
}

/// What is looked into has no flags of its own: those that concern it are `parts.rs`'s affair.
const LOOKED_AT: Flags = Flags::NONE;

const ROWS: &[Row] = &[
    // What went in, and what came out, of any kind of span.
    row(&["input.value"], INPUTS.or(INPUT_TEXT), Replace),
    row(&["input.value"], LOOKED_AT, Look(Content::Request)),
    row(&["output.value"], OUTPUTS.or(OUTPUT_TEXT), Replace),
    row(&["output.value"], LOOKED_AT, Look(Content::Answer)),
    row(&["input.audio.*", "input.image.*"], INPUTS, Remove),
    row(&["input.image.*"], Flags::INPUT_IMAGES, Remove),
    row(&["input.audio.*"], INPUT_TEXT, Remove),
    row(&["output.audio.*", "output.image.*"], OUTPUTS, Remove),
    row(&["output.audio.*"], OUTPUT_TEXT, Remove),
    // Messages. Which of their keys hold text says `holds_text`.
    row(&["llm.input_messages", "llm.input_messages.*"], INPUTS.or(INPUT_MESSAGES), Remove),
    row(&["llm.output_messages", "llm.output_messages.*"], OUTPUTS.or(OUTPUT_MESSAGES), Remove),
    row(&["llm.input_messages", "llm.input_messages.*"], LOOKED_AT, Look(Content::Given)),
    row(&["llm.output_messages", "llm.output_messages.*"], LOOKED_AT, Look(Content::Made)),
    row(&["llm.function_call"], ANY_OUTPUT, Replace),
    row(
        &[
            "gen_ai.input.messages",
            "gen_ai.system_instructions",
            "gen_ai.request.messages",
            "gen_ai.request.instructions",
            "gen_ai.prompt",
            "gen_ai.prompt.*",
            "ai.prompt",
            "ai.prompt.messages",
            "ai.prompt.format",
            "llm.prompts",
        ],
        ANY_INPUT,
        Remove,
    ),
    row(
        &["gen_ai.input.messages", "gen_ai.request.messages", "gen_ai.prompt", "gen_ai.prompt.*"],
        LOOKED_AT,
        Look(Content::Given),
    ),
    row(&["ai.prompt", "ai.prompt.messages"], LOOKED_AT, Look(Content::Given)),
    row(
        &[
            "gen_ai.output.messages",
            "gen_ai.response.text",
            "gen_ai.response.tool_calls",
            "gen_ai.response.object",
            "gen_ai.completion",
            "gen_ai.completion.*",
            "ai.response.text",
            "ai.response.object",
            "ai.response.toolCalls",
            "ai.response.reasoning",
            "ai.response.files",
            "ai.result.*",
        ],
        ANY_OUTPUT,
        Remove,
    ),
    row(
        &["gen_ai.output.messages", "gen_ai.completion", "gen_ai.completion.*"],
        LOOKED_AT,
        Look(Content::Made),
    ),
    row(
        &["all_messages_events", "pydantic_ai.all_messages", "events", "request_data"],
        ANY_INPUT.or(ANY_OUTPUT).or(TOOLS).or(Flags::INPUT_IMAGES),
        Replace,
    ),
    row(&["observe.result"], ANY_OUTPUT, Replace),
    row(&["response_data"], ANY_INPUT.or(ANY_OUTPUT), Replace),
    // Completions without messages.
    row(&["llm.prompts.*"], INPUTS.or(INPUT_TEXT).or(PROMPTS), Remove),
    row(&["llm.prompts", "gen_ai.prompt", "gen_ai.prompt.*"], PROMPTS, Remove),
    row(
        &["llm.choices", "llm.choices.*", "llm.completions.*"],
        OUTPUTS.or(OUTPUT_TEXT).or(CHOICES),
        Remove,
    ),
    row(&["gen_ai.completion", "gen_ai.completion.*"], CHOICES, Remove),
    row(
        &["llm.prompt_template.template", "llm.prompt_template.variables", "prompt.variables"],
        ANY_INPUT.or(PROMPTS),
        Remove,
    ),
    row(&["llm.prompt_template.variables"], LOOKED_AT, Look(Content::Given)),
    // Tools: what a model is told of them,
    row(
        &[
            "llm.tools",
            "llm.tools.*",
            "llm.functions",
            "llm.request.functions.*",
            "gen_ai.tool.definitions",
            "gen_ai.request.available_tools",
            "ai.prompt.tools",
            "mlflow.chat.tools",
            "tool.parameters",
            "tool.json_schema",
            "tool.description",
            "gen_ai.tool.description",
        ],
        INPUTS.or(TOOLS),
        Remove,
    ),
    row(&["tool.parameters"], INPUT_TEXT, Remove),
    row(&["llm.tool_choice", "ai.prompt.toolChoice"], INPUTS.or(TOOLS).or(PARAMETERS), Remove),
    // what they get, and what they give.
    row(
        &[
            "gen_ai.tool.call.arguments",
            "gen_ai.tool.input",
            "ai.toolCall.args",
            "ai.toolCall.input",
            "tool_arguments",
            "gen_ai.retrieval.query.text",
            "gen_ai.retrieval.query",
            "reranker.query",
            "reranker.input_documents.N.document.content",
            "reranker.input_documents.N.document.metadata",
        ],
        INPUTS.or(INPUT_TEXT),
        Replace,
    ),
    row(
        &[
            "gen_ai.tool.call.result",
            "gen_ai.tool.output",
            "gen_ai.tool.message",
            "ai.toolCall.result",
            "ai.toolCall.output",
            "tool_response",
            "gen_ai.retrieval.documents",
            "retrieval.documents",
            "retrieval.documents.N.document.content",
            "retrieval.documents.N.document.metadata",
            "reranker.output_documents.N.document.content",
            "reranker.output_documents.N.document.metadata",
            "gen_ai.evaluation.explanation",
            "annotations.N.annotation.explanation",
            "evaluations.N.evaluation.explanation",
        ],
        OUTPUTS.or(OUTPUT_TEXT),
        Replace,
    ),
    // How a model is asked.
    row(
        &["llm.invocation_parameters", "embedding.invocation_parameters", "ai.settings.*"],
        PARAMETERS,
        Remove,
    ),
    row(
        &["llm.invocation_parameters", "embedding.invocation_parameters"],
        LOOKED_AT,
        Look(Content::Parameters),
    ),
    row(
        &["gen_ai.request.stop_sequences", "llm.response_format", "gen_ai.request.stop"],
        ANY_INPUT.or(PARAMETERS),
        Remove,
    ),
    row(
        &[
            "gen_ai.request.temperature",
            "gen_ai.request.top_p",
            "gen_ai.request.top_k",
            "gen_ai.request.max_tokens",
            "gen_ai.request.frequency_penalty",
            "gen_ai.request.presence_penalty",
            "gen_ai.request.seed",
            "gen_ai.request.choice.count",
            "gen_ai.request.encoding_formats",
            "gen_ai.openai.request.*",
            "openai.request.*",
        ],
        PARAMETERS,
        Remove,
    ),
    // Embeddings.
    row(
        &["embedding.embeddings.N.embedding.text", "embedding.text", "ai.value", "ai.values"],
        INPUTS.or(INPUT_TEXT).or(EMBEDDED_TEXT),
        Replace,
    ),
    row(
        &["embedding.embeddings.N.embedding.vector", "embedding.vector", "ai.embedding"],
        OUTPUTS.or(VECTORS),
        Remove,
    ),
    row(&["ai.embeddings"], OUTPUTS.or(VECTORS), Remove),
    // Inputs and outputs under the names of other libraries.
    row(
        &[
            "traceloop.entity.input",
            "langfuse.observation.input",
            "langfuse.trace.input",
            "mlflow.spanInputs",
            "lmnr.span.input",
            "braintrust.input",
            "braintrust.input_json",
        ],
        ANY_INPUT.or(PROMPTS).or(EMBEDDED_TEXT).or(TOOLS).or(PARAMETERS).or(Flags::INPUT_IMAGES),
        Replace,
    ),
    row(
        &[
            "traceloop.entity.output",
            "langfuse.observation.output",
            "langfuse.trace.output",
            "mlflow.spanOutputs",
            "lmnr.span.output",
            "braintrust.output",
            "braintrust.output_json",
        ],
        ANY_OUTPUT.or(CHOICES).or(VECTORS),
        Replace,
    ),
    // What went wrong, in words; the type of an error stays.
    row(
        &["exception.message", "exception.stacktrace", "error.message", "error.stack"],
        ANYTHING_SAID,
        Replace,
    ),
];

/// Where what hides messages hides everything, because what goes in and out there are messages, or
/// may be. Elsewhere it is arguments, queries, documents and vectors.
const KINDS_WITHOUT_MESSAGES: [SpanKind; 4] =
    [SpanKind::Tool, SpanKind::Retriever, SpanKind::Reranker, SpanKind::Embedding];

/// What becomes of the attribute of this key.
pub(super) fn action(key: &str, kind: SpanKind, flags: Flags) -> Action {
    let mut action = by_kind(key, kind, flags);
    for row in ROWS {
        let applies = row.flags == LOOKED_AT || flags.any_of(row.flags);
        if applies && row.action > action && row.keys.iter().any(|pattern| matches(pattern, key)) {
            action = row.action;
        }
    }
    action.max(by_message(key, flags))
}

/// Whether messages of errors go.
pub(super) fn hides_errors(flags: Flags) -> bool {
    flags.any_of(ANYTHING_SAID)
}

fn by_kind(key: &str, kind: SpanKind, flags: Flags) -> Action {
    let has_messages = !KINDS_WITHOUT_MESSAGES.contains(&kind);
    let hides = match key {
        "input.value" => {
            (has_messages && flags.any_of(INPUT_MESSAGES))
                || (kind == SpanKind::Embedding && flags.any_of(EMBEDDED_TEXT))
        }
        "output.value" => has_messages && flags.any_of(OUTPUT_MESSAGES),
        _ => false,
    };
    if hides { Replace } else { Action::Keep }
}

fn by_message(key: &str, flags: Flags) -> Action {
    for (list, text, images) in [
        ("llm.input_messages", INPUT_TEXT, Flags::INPUT_IMAGES),
        ("llm.output_messages", OUTPUT_TEXT, Flags::NONE),
    ] {
        let Some(inside) = key.strip_prefix(list) else { continue };
        let is_image = inside.contains(".image.");
        let hides = if is_image { flags.any_of(images) } else { flags.any_of(text) };
        if hides && (is_image || holds_text(inside)) {
            return Replace;
        }
    }
    Action::Keep
}

/// All of a message but these says something.
fn holds_text(inside: &str) -> bool {
    const STRUCTURE: [&str; 13] = [
        ".N.message.role",
        ".N.message.name",
        ".N.message.tool_call_id",
        ".N.message.refusal",
        ".N.message.function_call_name",
        ".N.message.tool_calls.N.tool_call.id",
        ".N.message.tool_calls.N.tool_call.function.name",
        ".N.message.contents.N.message_content.type",
        ".N.message.contents.N.message_content.id",
        ".N.message.contents.N.message_content.audio.audio.mime_type",
        ".N.message.contents.N.message_content.file.file.mime_type",
        ".N.message.contents.N.tool_call.id",
        ".N.message.contents.N.tool_call.function.name",
    ];
    !STRUCTURE.iter().any(|pattern| matches(pattern, inside))
}

pub(super) fn matches(pattern: &str, key: &str) -> bool {
    if let Some(front) = pattern.strip_suffix('*') {
        return key.starts_with(front);
    }
    if !pattern.contains(".N.") {
        return pattern == key;
    }
    let mut segments = key.split('.');
    let all = pattern.split('.').all(|wanted| {
        segments.next().is_some_and(|segment| {
            if wanted == "N" {
                !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit())
            } else {
                segment == wanted
            }
        })
    });
    all && segments.next().is_none()
}
