//! OTLP's JSON, read leniently: SDKs write 64-bit integers as numbers or as text, enums as numbers or
//! by name, leave fields out or set them to null, and add fields that nobody knows. An id that is
//! no hex becomes an empty one, so that its span is refused and not the whole request.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use serde_json::Value as Json;

const KINDS: [&str; 6] = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const STATUS_CODES: [&str; 3] = ["UNSET", "OK", "ERROR"];

/// Fails with a sentence's end: what is wrong with the body.
pub fn read(body: &[u8]) -> Result<ExportTraceServiceRequest, String> {
    read_value(&serde_json::from_slice(body).map_err(|error| error.to_string())?)
}

/// The same of JSON that is parsed already.
pub fn read_value(json: &Json) -> Result<ExportTraceServiceRequest, String> {
    if !json.is_object() {
        return Err("it is no object".to_owned());
    }
    let resource_spans = match json.get("resourceSpans") {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Array(items)) => items.iter().map(resource_spans).collect(),
        Some(_) => return Err("resourceSpans is no array".to_owned()),
    };
    Ok(ExportTraceServiceRequest { resource_spans })
}

fn resource_spans(json: &Json) -> ResourceSpans {
    ResourceSpans {
        resource: json.get("resource").filter(|resource| resource.is_object()).map(|resource| {
            Resource {
                attributes: attributes(resource),
                dropped_attributes_count: count(resource, "droppedAttributesCount"),
                ..Resource::default()
            }
        }),
        scope_spans: list(json, "scopeSpans").iter().map(scope_spans).collect(),
        schema_url: text(json, "schemaUrl"),
    }
}

fn scope_spans(json: &Json) -> ScopeSpans {
    ScopeSpans {
        scope: json.get("scope").filter(|scope| scope.is_object()).map(|scope| {
            InstrumentationScope {
                name: text(scope, "name"),
                version: text(scope, "version"),
                attributes: attributes(scope),
                dropped_attributes_count: count(scope, "droppedAttributesCount"),
            }
        }),
        spans: list(json, "spans").iter().map(span).collect(),
        schema_url: text(json, "schemaUrl"),
    }
}

fn span(json: &Json) -> Span {
    Span {
        trace_id: id(json, "traceId"),
        span_id: id(json, "spanId"),
        trace_state: text(json, "traceState"),
        parent_span_id: id(json, "parentSpanId"),
        flags: count(json, "flags"),
        name: text(json, "name"),
        kind: variant(json.get("kind"), "SPAN_KIND_", &KINDS),
        start_time_unix_nano: unsigned(json.get("startTimeUnixNano")),
        end_time_unix_nano: unsigned(json.get("endTimeUnixNano")),
        attributes: attributes(json),
        dropped_attributes_count: count(json, "droppedAttributesCount"),
        events: list(json, "events").iter().map(event).collect(),
        dropped_events_count: count(json, "droppedEventsCount"),
        links: list(json, "links").iter().map(link).collect(),
        dropped_links_count: count(json, "droppedLinksCount"),
        status: json.get("status").filter(|status| status.is_object()).map(|status| Status {
            message: text(status, "message"),
            code: variant(status.get("code"), "STATUS_CODE_", &STATUS_CODES),
        }),
    }
}

fn event(json: &Json) -> Event {
    Event {
        time_unix_nano: unsigned(json.get("timeUnixNano")),
        name: text(json, "name"),
        attributes: attributes(json),
        dropped_attributes_count: count(json, "droppedAttributesCount"),
    }
}

fn link(json: &Json) -> Link {
    Link {
        trace_id: id(json, "traceId"),
        span_id: id(json, "spanId"),
        trace_state: text(json, "traceState"),
        attributes: attributes(json),
        dropped_attributes_count: count(json, "droppedAttributesCount"),
        flags: count(json, "flags"),
    }
}

fn attributes(json: &Json) -> Vec<KeyValue> {
    key_values(list(json, "attributes"))
}

fn key_values(items: &[Json]) -> Vec<KeyValue> {
    items
        .iter()
        .filter(|item| item.is_object())
        .map(|item| KeyValue {
            key: text(item, "key"),
            value: item.get("value").map(any_value),
            ..KeyValue::default()
        })
        .collect()
}

/// serde_json bounds how deep values are nested.
fn any_value(json: &Json) -> AnyValue {
    let field = |name: &str| json.get(name).filter(|value| !value.is_null());
    let value = if let Some(Json::String(text)) = field("stringValue") {
        Some(Value::StringValue(text.clone()))
    } else if let Some(Json::Bool(flag)) = field("boolValue") {
        Some(Value::BoolValue(*flag))
    } else if let Some(number) = field("intValue").and_then(signed) {
        Some(Value::IntValue(number))
    } else if let Some(number) = field("doubleValue").and_then(double) {
        Some(Value::DoubleValue(number))
    } else if let Some(array) = field("arrayValue") {
        let values = list(array, "values").iter().map(any_value).collect();
        Some(Value::ArrayValue(ArrayValue { values }))
    } else if let Some(map) = field("kvlistValue") {
        Some(Value::KvlistValue(KeyValueList { values: key_values(list(map, "values")) }))
    } else if let Some(Json::String(text)) = field("bytesValue") {
        BASE64_STANDARD.decode(text).ok().map(Value::BytesValue)
    } else {
        None
    };
    AnyValue { value }
}

fn list<'a>(json: &'a Json, name: &str) -> &'a [Json] {
    json.get(name).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn text(json: &Json, name: &str) -> String {
    json.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
}

fn count(json: &Json, name: &str) -> u32 {
    u32::try_from(unsigned(json.get(name))).unwrap_or(u32::MAX)
}

fn unsigned(json: Option<&Json>) -> u64 {
    match json {
        Some(Json::Number(number)) => {
            number.as_u64().or_else(|| number.as_f64().map(|number| number as u64)).unwrap_or(0)
        }
        Some(Json::String(text)) => text.parse().unwrap_or(0),
        _ => 0,
    }
}

fn signed(json: &Json) -> Option<i64> {
    match json {
        Json::Number(number) => {
            number.as_i64().or_else(|| number.as_f64().map(|number| number as i64))
        }
        Json::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn double(json: &Json) -> Option<f64> {
    match json {
        Json::Number(number) => number.as_f64(),
        // "NaN", "Infinity" and "-Infinity" among them.
        Json::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn variant(json: Option<&Json>, prefix: &str, names: &[&str]) -> i32 {
    match json {
        Some(Json::Number(number)) => {
            number.as_i64().and_then(|number| i32::try_from(number).ok()).unwrap_or(0)
        }
        Some(Json::String(text)) => {
            let name = text.strip_prefix(prefix).unwrap_or(text);
            let index = names.iter().position(|known| *known == name);
            index.and_then(|index| i32::try_from(index).ok()).unwrap_or(0)
        }
        _ => 0,
    }
}

fn id(json: &Json, name: &str) -> Vec<u8> {
    json.get(name).and_then(Json::as_str).and_then(super::hex::decode).unwrap_or_default()
}
