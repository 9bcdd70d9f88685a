//! Requests as they come in, in bytes.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope};
use opentelemetry_proto::tonic::trace::v1::ScopeSpans;

use super::*;

fn text(key: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(Value::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), key_strindex: 0 }
}

fn span(number: u8) -> Span {
    Span {
        trace_id: vec![7; 16],
        span_id: vec![number; 8],
        name: format!("step {number}"),
        start_time_unix_nano: 1_767_225_600_000_000_000,
        attributes: vec![text("input.value", "Where is my order?"), text("user.id", "Jo")],
        ..Span::default()
    }
}

fn scope(name: &str, spans: Vec<Span>) -> ScopeSpans {
    let scope = InstrumentationScope { name: name.to_owned(), ..InstrumentationScope::default() };
    ScopeSpans { scope: Some(scope), spans, schema_url: format!("schema of {name}") }
}

fn request() -> ExportTraceServiceRequest {
    let of_service = |name: &str, scope_spans| ResourceSpans {
        resource: Some(Resource {
            attributes: vec![text("service.name", name)],
            ..Resource::default()
        }),
        scope_spans,
        schema_url: "schema".to_owned(),
    };
    let resource_spans = vec![
        of_service("shop", vec![scope("a", vec![span(1), span(2)]), scope("b", vec![span(0)])]),
        of_service("bank", vec![scope("c", vec![span(3)])]),
    ];
    ExportTraceServiceRequest { resource_spans }
}

fn receive_bytes(body: Vec<u8>) -> Result<Intake, String> {
    receive(body.into(), Encoding::Protobuf, &mut Desk::default())
}

#[test]
fn spans_cut_out_of_a_request_are_those_of_the_whole() {
    let whole = take(request(), &mut Desk::default());
    let cut = receive_bytes(request().encode_to_vec()).expect("a request");
    assert_eq!((cut.rejected, cut.reason), (1, Some(Rejection::SpanId)));
    assert_eq!((whole.rejected, whole.reason), (cut.rejected, cut.reason));
    let seen = |intake: Intake| -> Vec<_> {
        let received = intake.received.into_iter();
        received.map(|it| (it.record, it.source, it.payload, it.labels, it.words)).collect()
    };
    let (whole, cut) = (seen(whole), seen(cut));
    assert_eq!(cut.len(), 3);
    assert_eq!(cut, whole);
}

#[test]
fn a_span_is_kept_as_it_came_with_fields_that_nobody_knows() {
    let mut encoded = span(1).encode_to_vec();
    prost::encoding::string::encode(1000, &"later".to_owned(), &mut encoded);
    let of_scope = envelope::OfScope { spans: vec![encoded.clone().into()], ..Default::default() };
    let of_resource = envelope::OfResource { scope_spans: vec![of_scope], ..Default::default() };
    let body = Envelope { resource_spans: vec![of_resource] }.encode_to_vec();
    let intake = receive_bytes(body).expect("a request");
    let payloads = intake.received.iter().map(|it| payload::unpack(&it.payload));
    assert_eq!(payloads.collect::<Vec<_>>(), [Some(encoded)]);
}

#[test]
fn a_request_with_a_span_that_is_none_is_refused_as_a_whole() {
    let spans = vec![span(1).encode_to_vec().into(), Bytes::from_static(b"\x0a\xff")];
    let of_scope = envelope::OfScope { spans, ..Default::default() };
    let of_resource = envelope::OfResource { scope_spans: vec![of_scope], ..Default::default() };
    let body = Envelope { resource_spans: vec![of_resource] }.encode_to_vec();
    assert!(receive_bytes(body).is_err());
}
