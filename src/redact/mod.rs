//! The one place through which every span passes between mapping and everything that leaves the
//! process, whatever made it. What is to be done is data in a [`Policy`].

mod detect;
mod rules;

use std::sync::Arc;

use opentelemetry_sdk::trace::SpanData;

pub use self::rules::{Redactions, Rules};

#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// What users want redacted.
    pub rules: Option<Arc<Rules>>,
    /// What that did.
    pub redactions: Arc<Redactions>,
}

impl Policy {
    /// The same, counting there what it does.
    #[must_use]
    pub fn counted_in(self, redactions: &Arc<Redactions>) -> Self {
        Self { redactions: Arc::clone(redactions), ..self }
    }

    /// The span as it may be batched, written and sent.
    pub fn apply(&self, mut span: SpanData) -> SpanData {
        if let Some(rules) = &self.rules {
            rules.apply(&mut span, &self.redactions);
        }
        span
    }
}
