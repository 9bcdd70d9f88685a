//! A request in protobuf, opened as far as its spans, which stay the bytes that came: what is stored
//! is cut out of the request, and no more than one span is decoded at a time.

use bytes::Bytes;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};

/// `ExportTraceServiceRequest`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Envelope {
    #[prost(message, repeated, tag = "1")]
    pub resource_spans: Vec<OfResource>,
}

/// `ResourceSpans`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct OfResource {
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    pub scope_spans: Vec<OfScope>,
    #[prost(string, tag = "3")]
    pub schema_url: String,
}

/// `ScopeSpans`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct OfScope {
    #[prost(message, optional, tag = "1")]
    pub scope: Option<InstrumentationScope>,
    #[prost(bytes = "bytes", repeated, tag = "2")]
    pub spans: Vec<Bytes>,
    #[prost(string, tag = "3")]
    pub schema_url: String,
}

impl OfResource {
    /// What the spans of one of its scopes share.
    pub fn shared(&self, scope: &OfScope) -> ResourceSpans {
        ResourceSpans {
            resource: self.resource.clone(),
            scope_spans: vec![ScopeSpans {
                scope: scope.scope.clone(),
                spans: Vec::new(),
                schema_url: scope.schema_url.clone(),
            }],
            schema_url: self.schema_url.clone(),
        }
    }
}
