//! Which spans a destination gets. A pure decision about a span as it was recorded, before anything
//! in it is hidden.

use opentelemetry_sdk::trace::SpanData;

#[derive(Debug, Clone, Default)]
pub struct Filter {}

impl Filter {
    pub fn lets_pass(&self, _span: &SpanData) -> bool {
        true
    }
}
