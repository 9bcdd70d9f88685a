//! Which traces are worth keeping: a share of all of them, and those in which something happened.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use opentelemetry::Value;
use opentelemetry::trace::{Status, TraceId};
use opentelemetry_sdk::trace::SpanData;
use serde::Deserialize;

use super::ratio::Bound;
use crate::cost::{Prices, cost_of};

/// As `js/options/sample.ts` writes them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rules {
    /// From 0 to 1.
    pub ratio: f64,
    pub keep_errors: bool,
    pub keep_slower_than_ms: Option<u64>,
    pub keep_cost_above_usd: Option<f64>,
    /// By attribute: the values for which a trace is kept.
    pub keep: HashMap<String, Vec<Plain>>,
    /// A trace whose root has not ended by then is decided all the same.
    pub decide_after_ms: u64,
}

/// A value that an attribute may be compared with.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Plain {
    Bool(bool),
    Number(f64),
    Text(String),
}

impl Rules {
    /// Kept for the ratio's sake: then nothing else matters.
    pub(super) fn keeps_share(&self, trace_id: TraceId) -> bool {
        Bound::of(self.ratio).keeps(trace_id)
    }

    /// Whether what happens in a trace makes a difference.
    pub(super) fn looks_at_spans(&self) -> bool {
        self.keep_errors
            || self.keep_slower_than_ms.is_some()
            || self.keep_cost_above_usd.is_some()
            || !self.keep.is_empty()
    }

    pub(super) fn decide_after(&self) -> Duration {
        Duration::from_millis(self.decide_after_ms)
    }

    fn names(&self, span: &SpanData) -> bool {
        span.attributes.iter().any(|entry| {
            self.keep
                .get(entry.key.as_str())
                .is_some_and(|wanted| wanted.iter().any(|value| value.is(&entry.value)))
        })
    }
}

impl Plain {
    fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Bool(wanted), Value::Bool(bool)) => wanted == bool,
            (Self::Text(wanted), Value::String(text)) => wanted == text.as_str(),
            (Self::Number(wanted), Value::F64(number)) => wanted == number,
            #[expect(clippy::cast_precision_loss, reason = "JS has no other integers")]
            (Self::Number(wanted), Value::I64(number)) => *wanted == *number as f64,
            _ => false,
        }
    }
}

/// What the spans of a trace that are known come to.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    from: Option<SystemTime>,
    to: Option<SystemTime>,
    cost: f64,
}

impl Evidence {
    /// Takes another span into account; whether the trace is worth keeping now.
    pub fn add(&mut self, span: &SpanData, rules: &Rules, prices: &Prices) -> bool {
        let from = self.from.map_or(span.start_time, |from| from.min(span.start_time));
        let to = self.to.map_or(span.end_time, |to| to.max(span.end_time));
        (self.from, self.to) = (Some(from), Some(to));
        let took = to.duration_since(from).unwrap_or_default();
        if rules.keep_cost_above_usd.is_some() {
            self.cost += cost_of(&span.attributes, prices).unwrap_or_default();
        }
        let is_slow =
            rules.keep_slower_than_ms.is_some_and(|most| took > Duration::from_millis(most));
        (rules.keep_errors && matches!(span.status, Status::Error { .. }))
            || is_slow
            || rules.keep_cost_above_usd.is_some_and(|most| self.cost > most)
            || rules.names(span)
    }
}
