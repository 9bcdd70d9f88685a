//! From a request's body to spans that the store can take: decoded from either of OTLP's encodings,
//! looked at once, and packed. All of it is work that needs neither the store nor the network, so
//! that requests do it side by side.

pub mod attributes;
mod desk;
mod envelope;
pub mod hex;
mod json;
pub mod labels;
pub mod payload;
pub mod record;
#[cfg(test)]
mod tests;
pub mod texts;
pub mod words;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use prost::{DecodeError, Message as _};

pub use desk::{Desk, Desks};
pub use json::read_value as read_json;
pub use labels::{Label, LabelKey};
pub use record::{Record, Root, Tokens};

use envelope::Envelope;

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

/// Takes the spans out of a request's body. Fails with a clause that says what is wrong with it.
pub fn receive(body: Bytes, encoding: Encoding, desk: &mut Desk) -> Result<Intake, String> {
    match encoding {
        Encoding::Protobuf => open(body, desk).map_err(|error| error.to_string()),
        Encoding::Json => Ok(take(json::read(&body)?, desk)),
    }
}

fn open(body: Bytes, desk: &mut Desk) -> Result<Intake, DecodeError> {
    let mut intake = Intake::default();
    for of_resource in Envelope::decode(body)?.resource_spans {
        for of_scope in &of_resource.scope_spans {
            let source = Arc::new(Source::of(of_resource.shared(of_scope)));
            for encoded in &of_scope.spans {
                let span = Span::decode(encoded.as_ref())?;
                intake.add(desk.receive(&span, encoded, &source));
            }
        }
    }
    Ok(intake)
}

/// The same of a request that is decoded already.
pub fn take(request: ExportTraceServiceRequest, desk: &mut Desk) -> Intake {
    let mut intake = Intake::default();
    for mut resource_spans in request.resource_spans {
        for mut scope_spans in std::mem::take(&mut resource_spans.scope_spans) {
            let spans = std::mem::take(&mut scope_spans.spans);
            let source = Arc::new(Source::of(ResourceSpans {
                resource: resource_spans.resource.clone(),
                scope_spans: vec![scope_spans],
                schema_url: resource_spans.schema_url.clone(),
            }));
            for span in spans {
                intake.add(desk.receive(&span, &span.encode_to_vec(), &source));
            }
        }
    }
    intake
}

impl Intake {
    fn add(&mut self, received: Result<Received, Rejection>) {
        match received {
            Ok(received) => self.received.push(received),
            Err(rejection) => {
                self.rejected = self.rejected.saturating_add(1);
                self.reason.get_or_insert(rejection);
            }
        }
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
