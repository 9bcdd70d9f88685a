//! Cuts an encoded batch into smaller ones. Spans keep their order, and each piece repeats the
//! resource and scope of its spans.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::{DecodeError, Message};

use super::batch::EncodedBatch;

/// Tag and length before a nested message: one byte and at most five.
const FRAME_BYTES: usize = 6;

/// Packs the spans into pieces of at most `budget_bytes`. A span that is over the budget by itself
/// gets a piece of its own.
pub fn split(batch: &EncodedBatch, budget_bytes: usize) -> Result<Vec<EncodedBatch>, DecodeError> {
    let request = ExportTraceServiceRequest::decode(batch.protobuf.clone())?;
    let mut packer = Packer::new(budget_bytes);
    for (resource_index, mut resource_spans) in request.resource_spans.into_iter().enumerate() {
        let scopes = std::mem::take(&mut resource_spans.scope_spans);
        for (scope_index, mut scope_spans) in scopes.into_iter().enumerate() {
            let spans = std::mem::take(&mut scope_spans.spans);
            let home = Home {
                at: (resource_index, scope_index),
                resource: &resource_spans,
                scope: &scope_spans,
            };
            for span in spans {
                packer.add(&home, span);
            }
        }
    }
    Ok(packer.finish())
}

/// Where a span belongs: its resource and scope, both emptied of spans.
struct Home<'a> {
    at: (usize, usize),
    resource: &'a ResourceSpans,
    scope: &'a ScopeSpans,
}

struct Packer {
    budget_bytes: usize,
    done: Vec<EncodedBatch>,
    piece: ExportTraceServiceRequest,
    piece_bytes: usize,
    piece_spans: usize,
    open: Option<(usize, usize)>,
}

impl Packer {
    fn new(budget_bytes: usize) -> Self {
        Self {
            budget_bytes,
            done: Vec::new(),
            piece: ExportTraceServiceRequest::default(),
            piece_bytes: 0,
            piece_spans: 0,
            open: None,
        }
    }

    fn add(&mut self, home: &Home<'_>, span: Span) {
        let span_bytes = span.encoded_len() + FRAME_BYTES;
        if self.piece_spans > 0
            && self.piece_bytes + self.missing_bytes(home) + span_bytes > self.budget_bytes
        {
            self.close_piece();
        }
        self.piece_bytes += self.missing_bytes(home) + span_bytes;
        self.piece_spans += 1;
        if self.open.map(|(resource, _)| resource) != Some(home.at.0) {
            self.piece.resource_spans.push(home.resource.clone());
            self.open = None;
        }
        if let Some(resource) = self.piece.resource_spans.last_mut() {
            if self.open != Some(home.at) {
                resource.scope_spans.push(home.scope.clone());
                self.open = Some(home.at);
            }
            if let Some(scope) = resource.scope_spans.last_mut() {
                scope.spans.push(span);
            }
        }
    }

    /// What the piece grows by before a span of this home can be put in.
    fn missing_bytes(&self, home: &Home<'_>) -> usize {
        let scope = || home.scope.encoded_len() + FRAME_BYTES;
        match self.open {
            Some(open) if open == home.at => 0,
            Some((resource, _)) if resource == home.at.0 => scope(),
            _ => home.resource.encoded_len() + FRAME_BYTES + scope(),
        }
    }

    fn close_piece(&mut self) {
        let piece = std::mem::take(&mut self.piece);
        let spans = std::mem::take(&mut self.piece_spans);
        self.done.push(EncodedBatch { protobuf: piece.encode_to_vec().into(), spans });
        self.piece_bytes = 0;
        self.open = None;
    }

    fn finish(mut self) -> Vec<EncodedBatch> {
        if self.piece_spans > 0 {
            self.close_piece();
        }
        self.done
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::InstrumentationScope;

    use super::*;

    fn named(name: String) -> Span {
        Span { name, ..Span::default() }
    }

    /// Two resources with two scopes each; every span's name says where it belongs.
    fn batch(spans_per_scope: usize, padding: usize) -> EncodedBatch {
        let resource_spans = ["r1", "r2"].map(|resource| ResourceSpans {
            schema_url: resource.to_owned(),
            resource: None,
            scope_spans: ["a", "b"]
                .map(|scope| ScopeSpans {
                    scope: Some(InstrumentationScope {
                        name: scope.to_owned(),
                        ..InstrumentationScope::default()
                    }),
                    schema_url: String::new(),
                    spans: (0..spans_per_scope)
                        .map(|i| named(format!("{resource}/{scope}/{i}/{}", "x".repeat(padding))))
                        .collect(),
                })
                .to_vec(),
        });
        let request = ExportTraceServiceRequest { resource_spans: resource_spans.to_vec() };
        EncodedBatch { protobuf: request.encode_to_vec().into(), spans: spans_per_scope * 4 }
    }

    fn homes(batch: &EncodedBatch) -> Vec<String> {
        let request = ExportTraceServiceRequest::decode(batch.protobuf.clone()).expect("protobuf");
        let mut names = Vec::new();
        for resource in &request.resource_spans {
            for scope in &resource.scope_spans {
                let place = format!(
                    "{}/{}/",
                    resource.schema_url,
                    scope.scope.as_ref().map(|scope| scope.name.as_str()).unwrap_or_default()
                );
                for span in &scope.spans {
                    assert!(span.name.starts_with(&place), "{} is in {place}", span.name);
                    names.push(span.name.clone());
                }
            }
        }
        assert_eq!(names.len(), batch.spans);
        names
    }

    #[test]
    fn pieces_hold_every_span_once_in_order_under_its_own_resource_and_scope() {
        for (spans_per_scope, padding, budget) in [
            (1, 0, 1),
            (5, 10, 60),
            (5, 10, 200),
            (40, 300, 4000),
            (40, 300, 1 << 20),
            (3, 500, 400),
        ] {
            let whole = batch(spans_per_scope, padding);
            let pieces = split(&whole, budget).expect("pieces");
            let names: Vec<String> = pieces.iter().flat_map(homes).collect();
            assert_eq!(names, homes(&whole));
            for piece in &pieces {
                assert!(piece.protobuf.len() <= budget || piece.spans == 1);
            }
        }
    }

    #[test]
    fn pieces_are_as_few_as_the_budget_allows() {
        let whole = batch(50, 1000);
        let half = whole.protobuf.len() / 2;
        assert_eq!(split(&whole, half).expect("pieces").len(), 3);
        assert_eq!(split(&whole, half + 2000).expect("pieces").len(), 2);
    }

    #[test]
    fn bytes_that_are_no_request_are_an_error() {
        let garbage = EncodedBatch { protobuf: vec![0xFF; 9].into(), spans: 2 };
        assert!(split(&garbage, 4).is_err());
    }
}
