//! Spans to OTLP bytes, through opentelemetry-otlp's own exporter.
//!
//! The exporter is given an HTTP client that keeps the body and answers 200: the encoding is the
//! field's own, while delivery, with its retries and limits, is ours. Of the `OTEL_EXPORTER_OTLP_*`
//! variables that the exporter reads by itself, those for the endpoint, protocol and timeout are
//! overridden, headers end in the recorder, and compression is not compiled in.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter as _};

use super::batch::{EncodedBatch, MAX_REQUEST_BYTES};
use super::split;

/// Never resolved: nothing is sent there.
const RECORDER_ENDPOINT: &str = "http://recorder.invalid/v1/traces";
/// The exporter gives up on a body that takes longer than its timeout; ours is written at once.
const RECORDER_TIMEOUT: Duration = Duration::from_secs(3600);

/// What every `ExportTraceServiceRequest` with spans in it begins with. Compression by the exporter,
/// were it ever compiled in, would show here.
const RESOURCE_SPANS_TAG: u8 = 0x0A;

/// Encodes batches for one resource.
pub struct Encoder {
    exporter: SpanExporter,
    recorder: Recorder,
    max_request_bytes: usize,
}

/// What a batch became.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Encoded {
    /// One batch as a rule; several when one request would be over `MAX_REQUEST_BYTES`.
    pub batches: Vec<EncodedBatch>,
    /// Spans that are over `MAX_REQUEST_BYTES` by themselves, to be counted as `too_large`.
    pub too_large: usize,
}

/// The field's exporter refused. Counted as `encode_failed` for every span of the batch.
#[derive(Debug)]
pub struct EncodeError(String);

impl EncodeError {
    /// The stable name under which these spans are counted.
    pub fn reason(&self) -> &'static str {
        "encode_failed"
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "spans cannot be encoded as OTLP: {}", self.0)
    }
}

impl std::error::Error for EncodeError {}

impl Encoder {
    /// An encoder whose batches carry this resource.
    pub fn new(resource: &Resource) -> Result<Self, EncodeError> {
        let recorder = Recorder::default();
        let mut exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(recorder.clone())
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(RECORDER_ENDPOINT)
            .with_timeout(RECORDER_TIMEOUT)
            // The size is judged here, where a batch that is too large can still be split.
            .with_max_request_body_size(usize::MAX)
            .build()
            .map_err(|error| EncodeError(error.to_string()))?;
        exporter.set_resource(resource);
        Ok(Self { exporter, recorder, max_request_bytes: MAX_REQUEST_BYTES })
    }

    /// Encodes the spans. Never waits: the future is ready when first polled.
    pub async fn encode(&mut self, spans: Vec<SpanData>) -> Result<Encoded, EncodeError> {
        let count = spans.len();
        if count == 0 {
            return Ok(Encoded::default());
        }
        let outcome = self.exporter.export(spans).await;
        let recorded = self.recorder.take();
        outcome.map_err(|error| EncodeError(error.to_string()))?;
        let protobuf = recorded.ok_or_else(|| EncodeError("nothing was written".to_owned()))?;
        let whole = EncodedBatch { protobuf, spans: count };
        if whole.protobuf.len() <= self.max_request_bytes {
            return Ok(Encoded { batches: vec![whole], too_large: 0 });
        }
        let pieces = split::split(&whole, self.max_request_bytes)
            .map_err(|error| EncodeError(error.to_string()))?;
        let (batches, oversized): (Vec<_>, Vec<_>) =
            pieces.into_iter().partition(|piece| piece.protobuf.len() <= self.max_request_bytes);
        let too_large = oversized.iter().map(|piece| piece.spans).sum();
        Ok(Encoded { batches, too_large })
    }
}

/// Keeps the body of the last request instead of sending it.
#[derive(Clone, Default)]
struct Recorder {
    body: Arc<Mutex<Option<Bytes>>>,
}

impl Recorder {
    fn take(&self) -> Option<Bytes> {
        self.body.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Recorder")
    }
}

#[async_trait]
impl HttpClient for Recorder {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let body = request.into_body();
        if body.first().is_some_and(|tag| *tag != RESOURCE_SPANS_TAG) {
            return Err("the exporter's body is not plain protobuf".into());
        }
        *self.body.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
        Ok(Response::new(Bytes::new()))
    }
}

#[cfg(test)]
impl Encoder {
    pub fn with_max_request_bytes(mut self, bytes: usize) -> Self {
        self.max_request_bytes = bytes;
        self
    }
}
