//! HALO's file: one span a line, flat, times as text with nanoseconds, no null anywhere. Messages and
//! tools are JSON as text, because their numbered keys are kept from those who read there; what its
//! index counts has names of its own (`inference.*`), tokens on model calls alone, where they count
//! once.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use rusqlite::Connection;
use serde_json::{Map, Value as Json, json};

use crate::intake::attributes::{first_scalar, object, text};
use crate::intake::{Record, Source, hex};
use crate::messages::{self, INPUT, OUTPUT, TOOLS};
use crate::store::{StoreError, spans};
use crate::time;

pub const SCHEMA_VERSION_KEY: &str = "inference.export.schema_version";
const SCHEMA_VERSION: i64 = 1;
/// HALO's kinds besides `SPAN`, which is any other.
const KINDS: [&str; 5] = ["LLM", "TOOL", "AGENT", "CHAIN", "GUARDRAIL"];
const OTEL_KINDS: [&str; 5] = ["INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const STATUS_CODES: [&str; 3] = ["UNSET", "OK", "ERROR"];
/// Where spans do not say whose they are: a file has to.
const NO_PROJECT: &str = "default";
const NO_SCOPE: &str = "unknown";

pub fn trace(connection: &Connection, trace: i64) -> Result<Vec<u8>, StoreError> {
    let mut lines = Vec::new();
    let mut sources: Vec<(i64, Origin)> = Vec::new();
    for (key, id) in spans::keys_of_trace(connection, trace)? {
        let Some(span) = spans::unpacked(connection, key)? else { continue };
        if !sources.iter().any(|(known, _)| *known == id) {
            sources.push((id, Origin::read(connection, id)?));
        }
        let Some((_, origin)) = sources.iter().find(|(known, _)| *known == id) else { continue };
        let Ok(record) = Record::of(&span, &origin.source) else { continue };
        lines.extend_from_slice(line(&span, &record, origin).to_string().as_bytes());
        lines.push(b'\n');
    }
    Ok(lines)
}

struct Origin {
    source: Source,
    resource: Json,
    scope: Json,
    project: String,
}

impl Origin {
    fn read(connection: &Connection, id: i64) -> Result<Self, StoreError> {
        let mut whole = spans::source(connection, id)?;
        let scope = whole.scope_spans.first_mut().and_then(|scope| scope.scope.take());
        let scope = scope.unwrap_or_default();
        let resource: Resource = whole.resource.clone().unwrap_or_default();
        let project = first_scalar(
            &resource.attributes,
            &["inference.project_id", "openinference.project.name", "service.name"],
        );
        let name = if scope.name.is_empty() { NO_SCOPE } else { &scope.name };
        let mut halo_scope = json!({ "name": name });
        if !scope.version.is_empty() {
            put(&mut halo_scope, "version", scope.version.into());
        }
        Ok(Self {
            source: Source::of(whole),
            resource: json!({ "attributes": without_nulls(object(&resource.attributes)) }),
            scope: halo_scope,
            project: project.unwrap_or_else(|| NO_PROJECT.to_owned()),
        })
    }
}

fn line(span: &Span, record: &Record, origin: &Origin) -> Json {
    let named = |names: &[&str], prefix: &str, code: i32, usual: usize| {
        let index = usize::try_from(code).ok();
        let name = index.and_then(|index| names.get(index)).or(names.get(usual));
        format!("{prefix}{}", name.copied().unwrap_or_default())
    };
    let code = span.status.as_ref().map_or(0, |status| status.code);
    let mut status = json!({ "code": named(&STATUS_CODES, "STATUS_CODE_", code, 0) });
    if let Some(sentence) = span.status.as_ref().filter(|status| !status.message.is_empty()) {
        put(&mut status, "message", sentence.message.as_str().into());
    }
    let mut line = json!({
        "trace_id": hex::encode(&span.trace_id),
        "span_id": hex::encode(&span.span_id),
        "parent_span_id": record.parent_id.map(hex::encode_span_id).unwrap_or_default(),
        "trace_state": span.trace_state,
        "name": span.name,
        "kind": named(&OTEL_KINDS, "SPAN_KIND_", span.kind.saturating_sub(1), 0),
        "start_time": time::text(record.start_ns),
        "end_time": time::text(record.end_ns),
        "status": status,
        "resource": origin.resource,
        "scope": origin.scope,
        "attributes": attributes(span, record, origin),
    });
    if !span.events.is_empty() {
        let events = span
            .events
            .iter()
            .map(|event| {
                json!({
                    "name": event.name,
                    "timestamp": time::text(i64::try_from(event.time_unix_nano).unwrap_or(i64::MAX)),
                    "attributes": without_nulls(object(&event.attributes)),
                })
            })
            .collect();
        put(&mut line, "events", events);
    }
    if !span.links.is_empty() {
        let links = span
            .links
            .iter()
            .map(|link| {
                json!({
                    "traceId": hex::encode(&link.trace_id),
                    "spanId": hex::encode(&link.span_id),
                    "traceState": link.trace_state,
                    "attributes": without_nulls(object(&link.attributes)),
                })
            })
            .collect();
        put(&mut line, "links", links);
    }
    line
}

fn put(object: &mut Json, key: &str, value: Json) {
    if let Some(members) = object.as_object_mut() {
        members.insert(key.to_owned(), value);
    }
}

fn attributes(span: &Span, record: &Record, origin: &Origin) -> Json {
    let mut plain: Vec<KeyValue> = Vec::with_capacity(span.attributes.len());
    plain.extend(span.attributes.iter().filter(|attribute| !is_numbered(&attribute.key)).cloned());
    let mut all = match without_nulls(object(&plain)) {
        Json::Object(all) => all,
        _ => Map::new(),
    };
    for (key, other) in [(INPUT, "gen_ai.input.messages"), (OUTPUT, "gen_ai.output.messages")] {
        let numbered = messages::list(&span.attributes, key).map(|list| list.to_string());
        let as_text = || text(&span.attributes, key).or(text(&span.attributes, other));
        if let Some(json) = numbered.or_else(|| as_text().map(str::to_owned)) {
            all.insert(key.to_owned(), json.into());
        }
    }
    if let Some(tools) = messages::tools(&span.attributes) {
        all.insert(TOOLS.to_owned(), tools.to_string().into());
    }
    let kind = KINDS.iter().find(|kind| **kind == record.kind).copied().unwrap_or("SPAN");
    let mut put = |key: &str, value: Option<Json>| {
        if let Some(value) = value {
            all.insert(key.to_owned(), value);
        }
    };
    let name = |name: &Option<String>| name.as_deref().map(Json::from);
    let scalar = |keys: &[&str]| first_scalar(&span.attributes, keys).map(Json::from);
    put(SCHEMA_VERSION_KEY, Some(SCHEMA_VERSION.into()));
    put("inference.project_id", Some(origin.project.as_str().into()));
    put("inference.observation_kind", Some(kind.into()));
    // Tools that failed are counted by it.
    put("openinference.span.kind", (record.kind != "SPAN").then(|| record.kind.as_str().into()));
    put("inference.session_id", name(&record.session));
    put("inference.user_id", name(&record.user));
    put("inference.agent_name", name(&record.agent));
    put("inference.agent_id", scalar(&["agent.id", "gen_ai.agent.id"]));
    if kind == "LLM" {
        let tokens = &record.tokens;
        let number = |number: Option<i64>| number.map(Json::from);
        put("inference.llm.provider", scalar(&["llm.provider", "llm.system", "gen_ai.system"]));
        put("inference.llm.model_name", name(&record.model));
        put("inference.llm.input_tokens", number(tokens.prompt));
        put("inference.llm.output_tokens", number(tokens.completion));
        put("inference.llm.cached_input_tokens", number(tokens.cache_read));
        put("inference.llm.reasoning_output_tokens", number(tokens.reasoning));
        put("inference.llm.cost.total", record.cost.map(Json::from));
    }
    all.into()
}

fn is_numbered(key: &str) -> bool {
    [INPUT, OUTPUT, TOOLS].iter().any(|list| messages::numbered(key, list).is_some())
}

fn without_nulls(json: Json) -> Json {
    match json {
        Json::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect(),
        Json::Array(items) => {
            items.into_iter().filter(|item| !item.is_null()).map(without_nulls).collect()
        }
        other => other,
    }
}
