//! A span as the API gives it, which is what `export --format jsonl` and the page write, as an OTLP
//! request with that span.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use serde_json::Value as Json;

use super::members::{id, list, members, text};

const OTEL_KINDS: [&str; 6] =
    ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const STATUSES: [&str; 3] = ["unset", "ok", "error"];

pub fn is_span(json: &Json) -> bool {
    json.get("spanId").is_some() && json.get("startNs").is_some()
}

/// Fails with a clause that says what is wrong.
pub fn request(json: &Json) -> Result<ExportTraceServiceRequest, String> {
    if json.get("traceId").is_none() || json.get("attributes").is_none() {
        return Err("it is a span without its contents, as lists have it: export --format jsonl \
                    writes all of it"
            .to_owned());
    }
    let span = Span {
        trace_id: id(json, "traceId")?,
        span_id: id(json, "spanId")?,
        parent_span_id: id(json, "parentSpanId")?,
        trace_state: text(json, "traceState"),
        flags: count(json, "flags"),
        name: text(json, "name"),
        kind: place(&OTEL_KINDS, &text(json, "otelKind")),
        start_time_unix_nano: nanos(json, "startNs")?,
        end_time_unix_nano: nanos(json, "endNs")?,
        attributes: attributes(json),
        events: list(json, "events").map(event).collect::<Result<_, _>>()?,
        links: list(json, "links").map(link).collect::<Result<_, _>>()?,
        status: Some(Status {
            code: place(&STATUSES, &text(json, "status")),
            message: text(json, "statusMessage"),
        }),
        dropped_attributes_count: count(json, "droppedAttributesCount"),
        dropped_events_count: count(json, "droppedEventsCount"),
        dropped_links_count: count(json, "droppedLinksCount"),
    };
    let resource = json.get("resource").unwrap_or(&Json::Null);
    let scope = json.get("scope").unwrap_or(&Json::Null);
    let scope_spans = ScopeSpans {
        scope: Some(InstrumentationScope {
            name: text(scope, "name"),
            version: text(scope, "version"),
            attributes: attributes(scope),
            ..InstrumentationScope::default()
        }),
        spans: vec![span],
        schema_url: text(scope, "schemaUrl"),
    };
    Ok(ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource { attributes: attributes(resource), ..Resource::default() }),
            scope_spans: vec![scope_spans],
            schema_url: text(resource, "schemaUrl"),
        }],
    })
}

fn event(json: &Json) -> Result<Event, String> {
    Ok(Event {
        name: text(json, "name"),
        time_unix_nano: nanos(json, "timeNs")?,
        attributes: attributes(json),
        dropped_attributes_count: count(json, "droppedAttributesCount"),
    })
}

fn link(json: &Json) -> Result<Link, String> {
    Ok(Link {
        trace_id: id(json, "traceId")?,
        span_id: id(json, "spanId")?,
        trace_state: text(json, "traceState"),
        attributes: attributes(json),
        ..Link::default()
    })
}

fn attributes(json: &Json) -> Vec<KeyValue> {
    members(json, "attributes").iter().map(attribute).collect()
}

fn attribute((key, json): (&String, &Json)) -> KeyValue {
    KeyValue { key: key.clone(), value: Some(any_value(json)), ..KeyValue::default() }
}

fn any_value(json: &Json) -> AnyValue {
    let value = match json {
        Json::Null => None,
        Json::Bool(flag) => Some(Value::BoolValue(*flag)),
        Json::Number(number) => Some(match number.as_i64() {
            Some(integer) => Value::IntValue(integer),
            None => Value::DoubleValue(number.as_f64().unwrap_or_default()),
        }),
        Json::String(text) => Some(Value::StringValue(text.clone())),
        Json::Array(items) => {
            Some(Value::ArrayValue(ArrayValue { values: items.iter().map(any_value).collect() }))
        }
        Json::Object(members) => Some(Value::KvlistValue(KeyValueList {
            values: members.iter().map(attribute).collect(),
        })),
    };
    AnyValue { value }
}

/// In decimals: more than other programs' numbers hold.
fn nanos(json: &Json, name: &str) -> Result<u64, String> {
    text(json, name).parse().map_err(|_| format!("{name} is no number of nanoseconds"))
}

fn count(json: &Json, name: &str) -> u32 {
    let number = json.get(name).and_then(Json::as_u64).unwrap_or_default();
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn place(names: &[&str], name: &str) -> i32 {
    let place = names.iter().position(|known| *known == name).unwrap_or_default();
    i32::try_from(place).unwrap_or_default()
}
