//! The one place through which every span passes between mapping and everything that leaves the
//! process, whatever made it. There are no rules yet; what they will be is data in a [`Policy`].

use opentelemetry_sdk::trace::SpanData;

#[derive(Debug, Clone, Default)]
pub struct Policy {}

impl Policy {
    /// The span as it may be batched, written and sent.
    pub fn apply(&self, span: SpanData) -> SpanData {
        span
    }
}
