//! What a span cost, in US dollars. Unknown is `None`, and never a guess.

use opentelemetry_proto::tonic::trace::v1::Span;

use crate::intake::attributes;

/// What the span itself says.
pub fn of_span(span: &Span) -> Option<f64> {
    let cost = attributes::number(&span.attributes, "llm.cost.total")?;
    (cost.is_finite() && cost >= 0.0).then_some(cost)
}
