//! What lists, trees and totals show of a span: read from its attributes once, when it is received.
//! OpenInference's keys come first, OpenTelemetry's for generative AI fill what those leave open.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::Span;

use super::attributes::{find, first_integer, first_scalar, integer, number, scalar, text};
use super::texts::{self, INPUT, OUTPUT};
use super::{Rejection, Source};

const STATUS_ERROR: i32 = 2;
/// Both bits: it is known whether the parent is remote, and it is.
const REMOTE_PARENT_FLAGS: u32 = 0x300;
/// Names and the like beyond this are an accident.
const MAX_NAME_CHARS: usize = 300;
const MAX_STATUS_CHARS: usize = 1000;

/// A span of no kind that OpenInference knows.
pub const NO_KIND: &str = "SPAN";

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    pub trace_id: [u8; 16],
    pub span_id: u64,
    pub parent_id: Option<u64>,
    pub root: Root,
    pub name: String,
    pub kind: String,
    pub start_ns: i64,
    pub end_ns: i64,
    pub status: i32,
    pub status_message: String,
    pub service: Option<String>,
    pub agent: Option<String>,
    pub session: Option<String>,
    pub user: Option<String>,
    pub model: Option<String>,
    pub tool: Option<String>,
    pub handoff: Option<(String, String)>,
    pub tokens: Tokens,
    pub cost: Option<f64>,
    pub ttft_ms: Option<f64>,
    pub event_count: i64,
    pub input: Option<String>,
    pub output: Option<String>,
}

/// How much of a trace's root a span is, the best last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    #[default]
    No,
    /// Its parent is in another process, whose spans may not come here.
    Local,
    Yes,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tokens {
    pub prompt: Option<i64>,
    pub completion: Option<i64>,
    pub total: Option<i64>,
    pub cache_read: Option<i64>,
    pub reasoning: Option<i64>,
}

impl Record {
    /// Fails for spans that could not be found again.
    pub fn of(span: &Span, source: &Source) -> Result<Self, Rejection> {
        let trace_id = <[u8; 16]>::try_from(span.trace_id.as_slice())
            .ok()
            .filter(|id| *id != [0; 16])
            .ok_or(Rejection::TraceId)?;
        let span_id = span_id(&span.span_id).ok_or(Rejection::SpanId)?;
        let parent_id = span_id_of_parent(&span.parent_span_id)?;
        let attributes = &span.attributes;
        let start_ns = nanos(span.start_time_unix_nano);
        let status = span.status.as_ref();
        let mut record = Self {
            trace_id,
            span_id,
            parent_id,
            root: match parent_id {
                None => Root::Yes,
                Some(_) if span.flags & REMOTE_PARENT_FLAGS == REMOTE_PARENT_FLAGS => Root::Local,
                Some(_) => Root::No,
            },
            name: cut(&span.name, MAX_NAME_CHARS),
            kind: kind(attributes),
            start_ns,
            // A clock that was set back makes no negative durations.
            end_ns: nanos(span.end_time_unix_nano).max(start_ns),
            status: status.map_or(0, |status| status.code),
            status_message: status
                .map_or_else(String::new, |status| cut(&status.message, MAX_STATUS_CHARS)),
            service: source.service.clone(),
            agent: name(attributes, &["agent.name", "gen_ai.agent.name", "agent.id"]),
            session: name(attributes, &["session.id", "gen_ai.conversation.id"]),
            user: name(attributes, &["user.id", "enduser.id"]),
            model: name(
                attributes,
                &[
                    "llm.model_name",
                    "embedding.model_name",
                    "reranker.model_name",
                    "gen_ai.response.model",
                    "gen_ai.request.model",
                ],
            ),
            tool: name(attributes, &["tool.name", "gen_ai.tool.name"]),
            handoff: name(attributes, &["handoff.from_agent"])
                .zip(name(attributes, &["handoff.to_agent"])),
            tokens: Tokens::of(attributes),
            cost: None,
            ttft_ms: number(attributes, "gen_ai.response.time_to_first_chunk")
                .map(|seconds| seconds * 1000.0),
            event_count: i64::try_from(span.events.len()).unwrap_or(i64::MAX),
            input: texts::preview(attributes, &INPUT),
            output: texts::preview(attributes, &OUTPUT),
        };
        record.cost = crate::cost::of_span(&record, attributes);
        Ok(record)
    }

    pub fn failed(&self) -> bool {
        self.status == STATUS_ERROR
    }

    /// Whether its tokens and cost count in sums: spans around model calls often repeat them.
    pub fn is_counted(&self) -> bool {
        matches!(self.kind.as_str(), "LLM" | "EMBEDDING" | "RERANKER")
    }
}

impl Tokens {
    fn of(attributes: &[KeyValue]) -> Self {
        let prompt = first_integer(
            attributes,
            &["llm.token_count.prompt", "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"],
        );
        let completion = first_integer(
            attributes,
            &[
                "llm.token_count.completion",
                "gen_ai.usage.output_tokens",
                "gen_ai.usage.completion_tokens",
            ],
        );
        let sum = || Some(prompt.unwrap_or(0).saturating_add(completion?));
        Self {
            prompt,
            completion,
            total: integer(attributes, "llm.token_count.total").or_else(sum).or(prompt),
            cache_read: first_integer(
                attributes,
                &[
                    "llm.token_count.prompt_details.cache_read",
                    "gen_ai.usage.cache_read.input_tokens",
                ],
            ),
            reasoning: integer(attributes, "llm.token_count.completion_details.reasoning"),
        }
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn kind(attributes: &[KeyValue]) -> String {
    if let Some(kind) = text(attributes, "openinference.span.kind") {
        return cut(&kind.to_uppercase(), MAX_NAME_CHARS);
    }
    let operation = find(attributes, "gen_ai.operation.name").and_then(scalar);
    match operation.as_deref() {
        Some("chat" | "text_completion" | "generate_content") => "LLM",
        Some("embeddings") => "EMBEDDING",
        Some("execute_tool") => "TOOL",
        Some("invoke_agent" | "create_agent") => "AGENT",
        Some("invoke_workflow") => "CHAIN",
        _ => NO_KIND,
    }
    .to_owned()
}

fn name(attributes: &[KeyValue], keys: &[&str]) -> Option<String> {
    first_scalar(attributes, keys).map(|name| cut(&name, MAX_NAME_CHARS))
}

fn span_id(bytes: &[u8]) -> Option<u64> {
    <[u8; 8]>::try_from(bytes).ok().map(u64::from_be_bytes).filter(|id| *id != 0)
}

/// Some SDKs write a root's absent parent as zeros.
fn span_id_of_parent(bytes: &[u8]) -> Result<Option<u64>, Rejection> {
    if bytes.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    span_id(bytes).map(Some).ok_or(Rejection::ParentId)
}

/// The store has signed integers: later than the year 2262 is 2262.
fn nanos(time: u64) -> i64 {
    i64::try_from(time).unwrap_or(i64::MAX)
}

fn cut(text: &str, max_chars: usize) -> String {
    text.char_indices()
        .nth(max_chars)
        .and_then(|(end, _)| text.get(..end))
        .unwrap_or(text)
        .to_owned()
}
