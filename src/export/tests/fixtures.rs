//! Spans, targets and an observer for the tests.

use std::borrow::Cow;
use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{
    SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use prost::Message;

use super::super::sender::Ambient;
use super::super::*;

pub fn span(name: impl Into<Cow<'static, str>>, attributes: Vec<KeyValue>) -> SpanData {
    SpanData {
        span_context: SpanContext::new(
            TraceId::from(0xA1),
            SpanId::from(0xB2),
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        ),
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: name.into(),
        start_time: SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000),
        end_time: SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_001),
        attributes,
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: InstrumentationScope::builder("test").build(),
    }
}

pub fn resource() -> Resource {
    Resource::builder_empty().with_attribute(KeyValue::new("service.name", "test")).build()
}

/// Spans named `0`, `1` and so on, each with that much text in it.
pub async fn batch(spans: usize, text_bytes: usize) -> EncodedBatch {
    let text = |i: usize| vec![KeyValue::new("text", "x".repeat(text_bytes) + &i.to_string())];
    let spans = (0..spans).map(|i| span(i.to_string(), text(i))).collect();
    let mut encoder = Encoder::new(&resource()).expect("an encoder");
    let encoded = encoder.encode(spans).await.expect("a batch");
    encoded.batches.into_iter().next().expect("a batch")
}

/// The names of the spans in a request body.
pub fn names(body: &[u8], content_type: &str, gzipped: bool) -> Vec<String> {
    let mut plain = Vec::new();
    if gzipped {
        flate2::read::GzDecoder::new(body).read_to_end(&mut plain).expect("gzip");
    } else {
        plain.extend_from_slice(body);
    }
    let request: ExportTraceServiceRequest = match content_type {
        "application/x-protobuf" => Message::decode(plain.as_slice()).expect("protobuf"),
        "application/json" => serde_json::from_slice(&plain).expect("JSON"),
        other => panic!("content type {other}"),
    };
    let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).map(|span| span.name).collect()
}

pub fn numbers(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|i| i.to_string()).collect()
}

pub const TOKEN: &str = "sk-very-secret-0123456789";

pub fn target(endpoint: &str) -> Target {
    Target {
        endpoint: endpoint.to_owned(),
        headers: vec![("authorization".to_owned(), format!("Bearer {TOKEN}"))],
        encoding: Encoding::Protobuf,
        gzip: true,
        gzip_level: 1,
        timeout: Duration::from_secs(10),
        ca_pem: None,
        client_cert_pem: None,
        client_key_pem: None,
        user_agent: "catalyst-tracing/0.0.0 OTel-OTLP-Exporter-Rust/0.33.1".to_owned(),
        proxy: ProxyEnv::default(),
        extra_ca_pem: None,
    }
}

/// A delivery whose first wait would already end after the round.
pub fn single_attempt(target: Target, notes: Arc<Notes>) -> Delivery {
    let ambient = Ambient { random: || 1.0, wall_clock: SystemTime::now };
    let target = Target { timeout: Duration::from_millis(240), ..target };
    Delivery::with(target, notes, ambient).expect("a delivery")
}

/// Keeps what it is told; panics at once when a warning shows the token.
#[derive(Default)]
pub struct Notes(Mutex<Noted>);

#[derive(Default)]
struct Noted {
    requests: usize,
    retries: usize,
    warnings: Vec<(&'static str, String)>,
}

impl Notes {
    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().expect("notes")
    }

    pub fn requests(&self) -> usize {
        self.noted().requests
    }

    pub fn retries(&self) -> usize {
        self.noted().retries
    }

    pub fn warning_codes(&self) -> Vec<&'static str> {
        self.noted().warnings.iter().map(|(code, _)| *code).collect()
    }

    pub fn warnings(&self) -> String {
        let noted = self.noted();
        noted.warnings.iter().map(|(code, message)| format!("{code}: {message}\n")).collect()
    }
}

impl Observer for Notes {
    fn request(&self, _bytes_on_wire: usize) {
        self.noted().requests += 1;
    }

    fn retried(&self) {
        self.noted().retries += 1;
    }

    fn warning(&self, code: &'static str, message: String) {
        assert!(!message.contains(TOKEN), "a warning shows the token: {message}");
        self.noted().warnings.push((code, message));
    }
}

/// A report in one line, which also checks that no span is unaccounted for.
pub fn summary(report: &Report, spans: usize) -> String {
    let unsent: usize = report.unsent.iter().map(|batch| batch.spans).sum();
    let lost: usize = report.lost.iter().map(|(_, count)| count).sum();
    assert_eq!(report.delivered + lost + unsent, spans, "every span is accounted for");
    assert!(report.retry_not_before.is_none() || unsent > 0);
    let mut parts = vec![format!("delivered {}", report.delivered)];
    parts.extend(report.lost.iter().map(|(loss, count)| format!("{} {count}", loss.reason())));
    if unsent > 0 {
        parts.push(format!("unsent {unsent}"));
    }
    parts.join(", ")
}
