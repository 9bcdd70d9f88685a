//! A line of HALO's format as an OTLP request with one span. What HALO knows under a name of its own
//! gets the name that everybody knows, where the line does not have that too.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use serde_json::{Map, Value as Json};

use super::members::{flat, id, list, members, text};
use crate::export::halo::SCHEMA_VERSION_KEY;
use crate::messages::{self, INPUT, OUTPUT, TOOLS};
use crate::time;

const OTEL_KINDS: [&str; 5] = ["INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
/// HALO's name, and everybody's.
const NAMES: [(&str, &str); 11] = [
    ("inference.observation_kind", "openinference.span.kind"),
    ("inference.session_id", "session.id"),
    ("inference.user_id", "user.id"),
    ("inference.agent_name", "agent.name"),
    ("inference.agent_id", "agent.id"),
    ("inference.llm.provider", "llm.provider"),
    ("inference.llm.model_name", "llm.model_name"),
    ("inference.llm.input_tokens", "llm.token_count.prompt"),
    ("inference.llm.output_tokens", "llm.token_count.completion"),
    ("inference.llm.cached_input_tokens", "llm.token_count.prompt_details.cache_read"),
    ("inference.llm.cost.total", "llm.cost.total"),
];
const REASONING: (&str, &str) =
    ("inference.llm.reasoning_output_tokens", "llm.token_count.completion_details.reasoning");

pub fn is_line(json: &Json) -> bool {
    json.get("trace_id").is_some() && json.get("span_id").is_some()
}

/// Fails with a clause that says what is wrong.
pub fn request(json: &Json) -> Result<ExportTraceServiceRequest, String> {
    let status = json.get("status").cloned().unwrap_or_default();
    let code = match text(&status, "code").as_str() {
        "STATUS_CODE_OK" => 1,
        "STATUS_CODE_ERROR" => 2,
        _ => 0,
    };
    let kind = text(json, "kind");
    let kind = kind.strip_prefix("SPAN_KIND_").unwrap_or(&kind);
    let kind = OTEL_KINDS.iter().position(|name| *name == kind).map_or(0, |index| index + 1);
    let span = Span {
        trace_id: id(json, "trace_id")?,
        span_id: id(json, "span_id")?,
        parent_span_id: id(json, "parent_span_id")?,
        trace_state: text(json, "trace_state"),
        name: text(json, "name"),
        kind: i32::try_from(kind).unwrap_or_default(),
        start_time_unix_nano: moment(json, "start_time")?,
        end_time_unix_nano: moment(json, "end_time")?,
        attributes: attributes(members(json, "attributes")),
        events: list(json, "events")
            .map(|event| Event {
                name: text(event, "name"),
                time_unix_nano: moment(event, "timestamp").unwrap_or_default(),
                attributes: flat(members(event, "attributes")),
                ..Event::default()
            })
            .collect(),
        links: list(json, "links")
            .map(|link| Link {
                trace_id: id(link, "traceId").unwrap_or_default(),
                span_id: id(link, "spanId").unwrap_or_default(),
                trace_state: text(link, "traceState"),
                attributes: flat(members(link, "attributes")),
                ..Link::default()
            })
            .collect(),
        status: Some(Status { code, message: text(&status, "message") }),
        ..Span::default()
    };
    let scope = json.get("scope").cloned().unwrap_or_default();
    let resource = json.get("resource").cloned().unwrap_or_default();
    let scope = InstrumentationScope {
        name: text(&scope, "name"),
        version: text(&scope, "version"),
        ..InstrumentationScope::default()
    };
    let scope_spans = ScopeSpans { scope: Some(scope), spans: vec![span], ..ScopeSpans::default() };
    let resource =
        Resource { attributes: flat(members(&resource, "attributes")), ..Resource::default() };
    Ok(ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(resource),
            scope_spans: vec![scope_spans],
            ..ResourceSpans::default()
        }],
    })
}

fn attributes(mut all: Map<String, Json>) -> Vec<KeyValue> {
    all.remove(SCHEMA_VERSION_KEY);
    for (theirs, everybodys) in NAMES.into_iter().chain([REASONING]) {
        let Some(value) = all.remove(theirs) else { continue };
        // What has no kind of its own.
        if everybodys == "openinference.span.kind" && value == "SPAN" {
            continue;
        }
        all.entry(everybodys).or_insert(value);
    }
    let mut numbered = Vec::new();
    for key in [INPUT, OUTPUT] {
        let parsed = all.get(key).and_then(parsed);
        if let Some(messages) = parsed.and_then(|json| messages::attributes_of(&json, key)) {
            all.remove(key);
            numbered.extend(messages);
        }
    }
    let tools =
        all.get(TOOLS).and_then(parsed).and_then(|json| messages::attributes_of_tools(&json));
    if let Some(tools) = tools {
        all.remove(TOOLS);
        numbered.extend(tools);
    }
    let mut attributes = flat(all);
    attributes.extend(numbered);
    attributes
}

/// Text that is JSON, or JSON as it is.
fn parsed(json: &Json) -> Option<Json> {
    match json {
        Json::String(text) => serde_json::from_str(text).ok(),
        other => Some(other.clone()),
    }
}

fn moment(json: &Json, name: &str) -> Result<u64, String> {
    let ns = json.get(name).and_then(Json::as_str).and_then(time::parse);
    ns.and_then(|ns| u64::try_from(ns).ok()).ok_or_else(|| format!("{name} is no time"))
}
