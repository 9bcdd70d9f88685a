//! OTLP's JSON: what came in goes out, with its resource and scope.

use catalyst_tracing::export::json::from_protobuf;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use prost::Message as _;
use rusqlite::Connection;

use crate::store::{StoreError, spans};

/// A line, or nothing when the trace is gone.
pub fn trace(connection: &Connection, trace: i64) -> Result<Vec<u8>, StoreError> {
    let mut groups: Vec<(i64, Vec<Span>)> = Vec::new();
    for (key, source) in spans::keys_of_trace(connection, trace)? {
        let Some(span) = spans::unpacked(connection, key)? else { continue };
        match groups.iter_mut().find(|(id, _)| *id == source) {
            Some((_, spans)) => spans.push(span),
            None => groups.push((source, vec![span])),
        }
    }
    let resource_spans: Vec<ResourceSpans> = groups
        .into_iter()
        .map(|(source, found)| {
            let mut resource_spans = spans::source(connection, source)?;
            if let Some(scope_spans) = resource_spans.scope_spans.first_mut() {
                scope_spans.spans = found;
            }
            Ok(resource_spans)
        })
        .collect::<Result<_, StoreError>>()?;
    if resource_spans.is_empty() {
        return Ok(Vec::new());
    }
    let request = ExportTraceServiceRequest { resource_spans }.encode_to_vec();
    let mut line = from_protobuf(&request).map_err(StoreError::File)?;
    line.push(b'\n');
    Ok(line)
}
