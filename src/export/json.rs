//! OTLP/HTTP JSON from the protobuf message, for collectors that take nothing else.
//!
//! opentelemetry-proto's serde output has ids in hex, enums as numbers, 64-bit integers as decimal
//! strings and lowerCamelCase keys, as OTLP asks. Two things it gets wrong are mended here: absent
//! messages become `null`, which strict parsers refuse, and so do NaN and the infinities, which
//! proto3's JSON writes as strings. Every absent message is made an empty one, so the only nulls
//! left are such numbers, in an order that is known.

use std::collections::VecDeque;
use std::io::{self, Write};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use prost::Message;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

/// The message as JSON; fails when the bytes are not the message.
pub fn from_protobuf(protobuf: &[u8]) -> Result<Vec<u8>, io::Error> {
    let mut request = ExportTraceServiceRequest::decode(protobuf).map_err(io::Error::other)?;
    let mut specials = VecDeque::new();
    mend(&mut request, &mut specials);
    // JSON of spans is about a tenth larger than protobuf: text dominates both.
    let mut json = Vec::with_capacity(protobuf.len() + protobuf.len() / 4);
    let mut serializer = Serializer::with_formatter(&mut json, Specials(specials));
    request.serialize(&mut serializer)?;
    Ok(json)
}

/// Visits values in the order in which serde writes them.
fn mend(request: &mut ExportTraceServiceRequest, specials: &mut VecDeque<&'static str>) {
    for resource_spans in &mut request.resource_spans {
        mend_all(&mut resource_spans.resource.get_or_insert_default().attributes, specials);
        for scope_spans in &mut resource_spans.scope_spans {
            mend_all(&mut scope_spans.scope.get_or_insert_default().attributes, specials);
            for span in &mut scope_spans.spans {
                mend_all(&mut span.attributes, specials);
                for event in &mut span.events {
                    mend_all(&mut event.attributes, specials);
                }
                for link in &mut span.links {
                    mend_all(&mut link.attributes, specials);
                }
                span.status.get_or_insert_default();
            }
        }
    }
}

fn mend_all(attributes: &mut [KeyValue], specials: &mut VecDeque<&'static str>) {
    for attribute in attributes {
        mend_value(attribute.value.get_or_insert_default(), specials);
    }
}

fn mend_value(value: &mut AnyValue, specials: &mut VecDeque<&'static str>) {
    match &mut value.value {
        Some(Value::DoubleValue(number)) if !number.is_finite() => {
            specials.push_back(if number.is_nan() {
                "NaN"
            } else if number.is_sign_positive() {
                "Infinity"
            } else {
                "-Infinity"
            });
        }
        Some(Value::ArrayValue(array)) => {
            array.values.iter_mut().for_each(|value| mend_value(value, specials));
        }
        Some(Value::KvlistValue(list)) => mend_all(&mut list.values, specials),
        _ => {}
    }
}

/// Compact JSON in which each null is the next of the numbers that JSON has no word for.
struct Specials(VecDeque<&'static str>);

impl Formatter for Specials {
    fn write_null<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        match self.0.pop_front() {
            Some(special) => write!(writer, "\"{special}\""),
            None => CompactFormatter.write_null(writer),
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::{ArrayValue, InstrumentationScope, KeyValueList};
    use opentelemetry_proto::tonic::resource::v1::Resource;
    use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
    use serde_json::json;

    use super::*;

    fn any(value: Value) -> AnyValue {
        AnyValue { value: Some(value) }
    }

    fn attribute(key: &str, value: Value) -> KeyValue {
        KeyValue { key: key.to_owned(), value: Some(any(value)), key_strindex: 0 }
    }

    fn json_of(span: Span, scope: Option<InstrumentationScope>) -> serde_json::Value {
        let scope_spans = vec![ScopeSpans { scope, spans: vec![span], schema_url: String::new() }];
        let resource = Some(Resource {
            attributes: vec![attribute("service.name", Value::StringValue("s".to_owned()))],
            ..Resource::default()
        });
        let schema_url = String::new();
        let resource_spans = vec![ResourceSpans { resource, scope_spans, schema_url }];
        let protobuf = ExportTraceServiceRequest { resource_spans }.encode_to_vec();
        let json = from_protobuf(&protobuf).expect("JSON");
        serde_json::from_slice(&json).expect("valid JSON")
    }

    #[test]
    fn json_follows_the_rules_of_otlp() {
        let span = Span {
            trace_id: (0u8..16).collect(),
            span_id: vec![0xAB; 8],
            parent_span_id: vec![],
            name: "s".to_owned(),
            kind: 3,
            start_time_unix_nano: 1_700_000_000_123_456_789,
            end_time_unix_nano: u64::MAX,
            dropped_attributes_count: 2,
            flags: 0x101,
            attributes: vec![
                attribute("int", Value::IntValue(i64::MIN)),
                attribute("double", Value::DoubleValue(0.5)),
                attribute("whole", Value::DoubleValue(2.0)),
                attribute("bool", Value::BoolValue(false)),
                attribute("bytes", Value::BytesValue(vec![0xFF, 0])),
                attribute(
                    "list",
                    Value::ArrayValue(ArrayValue { values: vec![any(Value::IntValue(7))] }),
                ),
            ],
            status: Some(Status { code: 2, message: "m".to_owned() }),
            ..Span::default()
        };
        let json = json_of(span, None);
        let span = &json["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
        for (path, expected) in [
            ("/traceId", json!("000102030405060708090a0b0c0d0e0f")),
            ("/spanId", json!("abababababababab")),
            ("/parentSpanId", json!("")),
            ("/kind", json!(3)),
            ("/startTimeUnixNano", json!("1700000000123456789")),
            ("/endTimeUnixNano", json!("18446744073709551615")),
            ("/droppedAttributesCount", json!(2)),
            ("/flags", json!(257)),
            ("/status/code", json!(2)),
            ("/attributes/0/value", json!({"intValue": "-9223372036854775808"})),
            ("/attributes/1/value", json!({"doubleValue": 0.5})),
            ("/attributes/2/value", json!({"doubleValue": 2.0})),
            ("/attributes/3/value", json!({"boolValue": false})),
            ("/attributes/4/value", json!({"bytesValue": "/wA="})),
            ("/attributes/5/value", json!({"arrayValue": {"values": [{"intValue": "7"}]}})),
        ] {
            assert_eq!(span.pointer(path), Some(&expected), "{path}");
        }
    }

    #[test]
    fn nothing_is_null_and_odd_numbers_are_strings_wherever_they_stand() {
        let nan = || attribute("n", Value::DoubleValue(f64::NAN));
        let up = || attribute("u", Value::DoubleValue(f64::INFINITY));
        let down = || any(Value::DoubleValue(f64::NEG_INFINITY));
        let span = Span {
            attributes: vec![
                KeyValue { key: "absent".to_owned(), value: None, key_strindex: 0 },
                attribute(
                    "a",
                    Value::ArrayValue(ArrayValue {
                        values: vec![
                            any(Value::DoubleValue(1.0)),
                            down(),
                            AnyValue { value: None },
                        ],
                    }),
                ),
                attribute("k", Value::KvlistValue(KeyValueList { values: vec![nan()] })),
            ],
            events: vec![Event { attributes: vec![up()], ..Event::default() }],
            links: vec![Link { attributes: vec![nan()], ..Link::default() }],
            ..Span::default()
        };
        let scope = InstrumentationScope { attributes: vec![up()], ..Default::default() };
        let json = json_of(span.clone(), Some(scope));
        assert!(!json.to_string().contains("null"));
        assert!(!json_of(span, None).to_string().contains("null"));
        let spans = &json["resourceSpans"][0]["scopeSpans"][0];
        for (path, expected) in [
            ("/scope/attributes/0/value", json!({"doubleValue": "Infinity"})),
            ("/spans/0/attributes/0/value", json!({})),
            (
                "/spans/0/attributes/1/value/arrayValue/values/1",
                json!({"doubleValue": "-Infinity"}),
            ),
            ("/spans/0/attributes/1/value/arrayValue/values/2", json!({})),
            (
                "/spans/0/attributes/2/value/kvlistValue/values/0/value",
                json!({"doubleValue": "NaN"}),
            ),
            ("/spans/0/events/0/attributes/0/value", json!({"doubleValue": "Infinity"})),
            ("/spans/0/links/0/attributes/0/value", json!({"doubleValue": "NaN"})),
            ("/spans/0/status", json!({"code": 0, "message": ""})),
        ] {
            assert_eq!(spans.pointer(path), Some(&expected), "{path}");
        }
    }
}
