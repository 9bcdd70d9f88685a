//! The one place through which every span passes between mapping and everything that leaves the
//! process, whatever made it. What is done to it there is data in a [`Policy`]; each destination
//! has one.

mod credentials;
mod detect;
mod hide;
mod json;
mod rules;

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use opentelemetry::KeyValue;
use opentelemetry::trace::Status;
use opentelemetry_sdk::trace::SpanData;

pub use credentials::{clean as clean_text, clean_attributes};
pub use hide::{Flags, Hide};
pub use rules::{Redactions, Rules, without_half};

use crate::limits::Limits;

/// Cheap to copy: whatever is large in it belongs behind an `Arc`.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    pub hide: Hide,
    /// What users want redacted.
    pub rules: Option<Arc<Rules>>,
    /// What that did.
    pub redactions: Arc<Redactions>,
    /// Comes last.
    pub limits: Limits,
}

impl Policy {
    /// The same, counting there what it does.
    #[must_use]
    pub fn counted_in(self, redactions: &Arc<Redactions>, truncated: &Arc<AtomicU64>) -> Self {
        Self {
            redactions: Arc::clone(redactions),
            limits: self.limits.counted_in(truncated),
            ..self
        }
    }

    /// The span as it may be batched, written and sent. What is hidden is gone before anything else
    /// looks at it, and what shortens values comes last.
    pub fn apply(&self, mut span: SpanData) -> SpanData {
        self.hide.apply(&mut span);
        clean_span(&mut span);
        if let Some(rules) = &self.rules {
            rules.apply(&mut span, &self.redactions);
        }
        self.limits.apply(&mut span);
        span
    }

    /// The same for attributes that go to somebody else's exporter: those of a span, or of an event.
    pub fn apply_to_attributes(&self, attributes: &mut Vec<KeyValue>, event: Option<&str>) {
        self.hide.apply_to(attributes, event);
        clean_attributes(attributes);
        if let Some(rules) = &self.rules {
            rules.apply_to_attributes(attributes, &self.redactions);
        }
    }
}

/// Credentials go in every place of a span, whatever the policy.
fn clean_span(span: &mut SpanData) {
    if let Some(name) = clean_text(&span.name) {
        span.name = Cow::Owned(name);
    }
    clean_attributes(&mut span.attributes);
    for event in &mut span.events.events {
        clean_attributes(&mut event.attributes);
        if let Some(name) = clean_text(&event.name) {
            event.name = Cow::Owned(name);
        }
    }
    for link in &mut span.links.links {
        clean_attributes(&mut link.attributes);
    }
    if let Status::Error { description } = &span.status
        && let Some(description) = clean_text(description)
    {
        span.status = Status::error(description);
    }
}
