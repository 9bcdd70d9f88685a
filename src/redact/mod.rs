//! The one place through which every span passes between mapping and everything that leaves the
//! process, whatever made it. There are no rules yet; what they will be is data in a [`Policy`].

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use opentelemetry_sdk::trace::SpanData;

use crate::limits::Limits;

#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Comes last.
    pub limits: Limits,
}

impl Policy {
    /// The same, counting there the spans that it cuts.
    #[must_use]
    pub fn counted_in(self, truncated: &Arc<AtomicU64>) -> Self {
        Self { limits: self.limits.counted_in(truncated) }
    }

    /// The span as it may be batched, written and sent.
    pub fn apply(&self, mut span: SpanData) -> SpanData {
        self.limits.apply(&mut span);
        span
    }
}
