//! The encoder: the field's exporter on one side, our batches on the other.

use std::process::Command;

use opentelemetry::KeyValue;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

use super::super::*;
use super::fixtures::{batch, names, numbers, resource, span};

const PROTO: &str = "application/x-protobuf";

#[tokio::test]
async fn a_batch_holds_the_spans_in_order_and_the_resource() {
    let batch = batch(20, 10).await;
    assert_eq!(batch.spans, 20);
    assert_eq!(names(&batch.protobuf, PROTO, false), numbers(0..20));
    let request = ExportTraceServiceRequest::decode(batch.protobuf).expect("protobuf");
    let resource = request.resource_spans[0].resource.as_ref().expect("a resource");
    assert_eq!(resource.attributes[0].key, "service.name");
}

#[tokio::test]
async fn no_attribute_is_dropped_however_many_there_are() {
    let attributes = (0..1000).map(|i| KeyValue::new(format!("k{i}"), i)).collect();
    let mut encoder = Encoder::new(&resource()).expect("an encoder");
    let encoded = encoder.encode(vec![span("s", attributes)]).await.expect("a batch");
    let request = ExportTraceServiceRequest::decode(encoded.batches[0].protobuf.clone());
    let request = request.expect("protobuf");
    let span = &request.resource_spans[0].scope_spans[0].spans[0];
    assert_eq!((span.attributes.len(), span.dropped_attributes_count), (1000, 0));
}

#[tokio::test]
async fn nothing_becomes_nothing() {
    let mut encoder = Encoder::new(&resource()).expect("an encoder");
    assert_eq!(encoder.encode(Vec::new()).await.expect("nothing"), Encoded::default());
}

#[tokio::test]
async fn a_batch_over_the_cap_is_split_and_a_span_over_it_is_counted() {
    let encoder = Encoder::new(&resource()).expect("an encoder");
    let mut encoder = encoder.with_max_request_bytes(4_000);
    let sized = |i: usize| {
        let text = "x".repeat(if i == 7 { 5_000 } else { 1_000 });
        span(i.to_string(), vec![KeyValue::new("text", text)])
    };
    let encoded = encoder.encode((0..10).map(sized).collect()).await.expect("batches");
    assert_eq!(encoded.too_large, 1);
    assert!(encoded.batches.iter().all(|batch| batch.protobuf.len() <= 4_000));
    let left: Vec<String> =
        encoded.batches.iter().flat_map(|batch| names(&batch.protobuf, PROTO, false)).collect();
    assert_eq!(left, [numbers(0..7), numbers(8..10)].concat());
}

/// Runs another test of this file in a process of its own, since the environment of a process with
/// threads must not be changed.
#[test]
fn the_exporters_own_environment_variables_do_not_reach_the_body() {
    let here = module_path!().split_once("::").expect("a module in a crate").1;
    let name = format!("{here}::a_batch_holds_the_spans_in_order_and_the_resource");
    let again = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", &name])
        .env("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
        .env("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "zstd")
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")
        .env("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc")
        .env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "not a url")
        .env("OTEL_EXPORTER_OTLP_TIMEOUT", "0")
        .env("OTEL_EXPORTER_OTLP_HEADERS", "content-encoding=gzip,content-type=x")
        .output()
        .expect("a run");
    let printed = String::from_utf8_lossy(&again.stdout);
    assert!(again.status.success() && printed.contains("1 passed"), "{printed}");
}
