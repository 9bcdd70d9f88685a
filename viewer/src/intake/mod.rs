//! From a request's body to spans that the store can take: decoded from either of OTLP's encodings,
//! looked at once, and packed. All of it is work that needs neither the store nor the network, so
//! that requests do it side by side.

pub mod attributes;
pub mod hex;
mod json;
pub mod labels;
pub mod payload;
pub mod record;
pub mod texts;
pub mod words;

use std::fmt;
use std::sync::Arc;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use prost::Message;

pub use json::read_value as read_json;
pub use labels::{Label, LabelKey};
pub use record::{Record, Root, Tokens};

use payload::Packer;
use words::Words;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Protobuf,
    Json,
}

/// A span as the store takes it.
#[derive(Debug)]
pub struct Received {
    pub record: Record,
    pub source: Arc<Source>,
    /// All of the span, packed.
    pub payload: Vec<u8>,
    pub labels: Vec<Label>,
    /// What the text search finds it by.
    pub words: String,
}

/// The resource and the instrumentation scope of spans, which most of a process's spans share.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub service: Option<String>,
    resource: Option<Resource>,
    /// `ResourceSpans` in protobuf, without spans.
    pub encoded: Vec<u8>,
}

/// What became of a request's spans.
#[derive(Debug, Default)]
pub struct Intake {
    pub received: Vec<Received>,
    pub rejected: u32,
    /// Why the first of them was rejected.
    pub reason: Option<Rejection>,
}

/// Why a span is not stored; becomes the message of OTLP's partial success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    TraceId,
    SpanId,
    ParentId,
}

impl fmt::Display for Rejection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::TraceId => "a trace id must be 16 bytes that are not all zero",
            Self::SpanId => "a span id must be 8 bytes that are not all zero",
            Self::ParentId => "a parent span id must be 8 bytes, or none",
        })
    }
}

/// Fails with a clause that says what is wrong with the body.
pub fn decode(body: &[u8], encoding: Encoding) -> Result<ExportTraceServiceRequest, String> {
    match encoding {
        Encoding::Protobuf => {
            ExportTraceServiceRequest::decode(body).map_err(|error| error.to_string())
        }
        Encoding::Json => json::read(body),
    }
}

pub fn take(request: ExportTraceServiceRequest) -> Intake {
    let mut intake = Intake::default();
    let mut desk = Desk::default();
    for mut resource_spans in request.resource_spans {
        for mut scope_spans in std::mem::take(&mut resource_spans.scope_spans) {
            let spans = std::mem::take(&mut scope_spans.spans);
            let source = Arc::new(Source::of(ResourceSpans {
                resource: resource_spans.resource.clone(),
                scope_spans: vec![scope_spans],
                schema_url: resource_spans.schema_url.clone(),
            }));
            for span in &spans {
                match desk.receive(span, &source) {
                    Ok(received) => intake.received.push(received),
                    Err(rejection) => {
                        intake.rejected = intake.rejected.saturating_add(1);
                        intake.reason.get_or_insert(rejection);
                    }
                }
            }
        }
    }
    intake
}

/// What is used for one span after the other.
#[derive(Default)]
struct Desk {
    packer: Packer,
    words: Words,
    encoded: Vec<u8>,
}

impl Desk {
    fn receive(&mut self, span: &Span, source: &Arc<Source>) -> Result<Received, Rejection> {
        let record = Record::of(span, source)?;
        searched_texts(span, |text| self.words.add(text));
        self.encoded.clear();
        self.encoded.reserve(span.encoded_len());
        span.encode_raw(&mut self.encoded);
        Ok(Received {
            labels: labels::of_span(span, &record, source),
            words: self.words.take(),
            payload: self.packer.pack(&self.encoded),
            source: Arc::clone(source),
            record,
        })
    }
}

/// Calls `visit` with every text that a span is found by.
pub fn searched_texts<'a>(span: &'a Span, mut visit: impl FnMut(&'a str)) {
    visit(&span.name);
    if let Some(status) = &span.status {
        visit(&status.message);
    }
    texts::each(&span.attributes, &texts::INPUT, &mut visit);
    texts::each(&span.attributes, &texts::OUTPUT, &mut visit);
    for event in &span.events {
        for key in ["exception.type", "exception.message"] {
            visit(attributes::text(&event.attributes, key).unwrap_or_default());
        }
    }
}

impl Source {
    /// Of spans that have been taken out.
    pub fn of(resource_spans: ResourceSpans) -> Self {
        let encoded = resource_spans.encode_to_vec();
        let resource = resource_spans.resource;
        let attributes = resource.as_ref().map_or(&[][..], |resource| &resource.attributes);
        Self { service: attributes::first_scalar(attributes, &["service.name"]), encoded, resource }
    }

    pub fn resource_attributes(&self) -> &[KeyValue] {
        self.resource.as_ref().map_or(&[], |resource| &resource.attributes)
    }
}
