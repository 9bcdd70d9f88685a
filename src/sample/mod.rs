//! Which traces are sent, decided when it is known what happened in them.
//!
//! A trace that the ratio keeps passes at once. Of any other the spans are held until one of them
//! makes it worth keeping, when all pass, with what still comes; or until its *local root* has ended,
//! a span without a parent in this process, when the root and what hangs on it is dropped. So what is
//! held has nothing to say for itself, and what has to be decided before its root ended (for want of
//! room, by age, or because the process ends) is dropped whole.
//!
//! A trace may have several local roots here, one for each call from another process: each part is
//! judged by itself, but if one is kept the rest is kept from then on. A span that comes after its
//! part was dropped is dropped as well.
//!
//! Holds no clock and does no I/O. Who calls it keeps the accounts.

mod decisions;
mod held;
mod ratio;
mod rules;

use std::sync::Arc;

use opentelemetry::trace::SpanId;
use opentelemetry_sdk::trace::SpanData;
use tokio::time::Instant;

use self::decisions::{Decision, Decisions};
use self::held::Held;
pub use self::rules::{Plain, Rules};
use crate::cost::Prices;

#[derive(Debug)]
pub struct Tail {
    rules: Rules,
    prices: Arc<Prices>,
    held: Held,
    decisions: Decisions,
}

/// What was decided.
#[derive(Debug, Default)]
pub struct Outcome {
    /// To be sent, in the order in which they came.
    pub kept: Vec<SpanData>,
    pub dropped: u64,
    /// Of those: before it was known how their trace ends.
    pub dropped_early: u64,
}

impl Outcome {
    fn drop(&mut self, spans: usize) {
        self.dropped += spans as u64;
    }

    fn drop_early(&mut self, spans: usize) {
        self.drop(spans);
        self.dropped_early += spans as u64;
    }
}

impl Tail {
    pub fn new(rules: Rules, prices: Arc<Prices>) -> Self {
        Self { rules, prices, held: Held::default(), decisions: Decisions::default() }
    }

    /// Takes a span that has ended. What is held may not be more than `max_bytes`.
    pub fn take(&mut self, span: SpanData, max_bytes: usize, now: Instant, outcome: &mut Outcome) {
        let trace_id = span.span_context.trace_id();
        if self.rules.keeps_share(trace_id) {
            return outcome.kept.push(span);
        }
        if !self.rules.looks_at_spans() {
            return outcome.drop(1);
        }
        match self.decisions.of(trace_id) {
            Some(Decision::Kept) => return outcome.kept.push(span),
            Some(Decision::DroppedWhole) => return outcome.drop(1),
            Some(Decision::Dropped(span_ids)) if span_ids.contains(&span.parent_span_id) => {
                return self.drop_under(span, outcome);
            }
            Some(Decision::Dropped(_)) | None => {}
        }
        let part = self.held.part_of(trace_id, now);
        if part.evidence.add(&span, &self.rules, &self.prices) {
            outcome.kept.extend(self.held.take(trace_id));
            outcome.kept.push(span);
            self.decisions.keep(trace_id);
        } else if is_local_root(&span) {
            self.drop_under(span, outcome);
        } else {
            self.held.hold(span);
            self.keep_within(max_bytes, outcome);
        }
    }

    /// Drops a span and what is held of those that hang on it.
    fn drop_under(&mut self, span: SpanData, outcome: &mut Outcome) {
        let trace_id = span.span_context.trace_id();
        let mut span_ids = self.held.drop_under(&span, &self.rules, &self.prices);
        span_ids.push(span.span_context.span_id());
        outcome.drop(span_ids.len());
        self.decisions.drop_spans(trace_id, span_ids);
    }

    fn keep_within(&mut self, max_bytes: usize, outcome: &mut Outcome) {
        while self.held.bytes() > max_bytes && self.drop_oldest(outcome) {}
    }

    fn drop_oldest(&mut self, outcome: &mut Outcome) -> bool {
        let Some((trace_id, spans)) = self.held.drop_oldest() else { return false };
        self.decisions.drop_whole(trace_id);
        outcome.drop_early(spans);
        true
    }

    /// When there will be something to decide although nothing else has happened.
    pub fn due(&self) -> Option<Instant> {
        self.held.oldest().and_then(|since| since.checked_add(self.rules.decide_after()))
    }

    /// Decides what has been held for too long.
    pub fn decide_due(&mut self, now: Instant, outcome: &mut Outcome) {
        while self.due().is_some_and(|due| due <= now) && self.drop_oldest(outcome) {}
    }

    /// Decides everything that is held: there will be no later.
    pub fn decide_all(&mut self, outcome: &mut Outcome) {
        while self.drop_oldest(outcome) {}
    }

    /// Goes on under other rules, or none. What was decided stays, and what is held is judged anew.
    pub fn reconfigure(
        &mut self,
        rules: Rules,
        prices: Arc<Prices>,
        now: Instant,
        outcome: &mut Outcome,
    ) {
        let held = self.held.take_all();
        (self.rules, self.prices) = (rules, prices);
        held.into_iter().for_each(|span| self.take(span, usize::MAX, now, outcome));
    }

    /// All that is held, to be kept: nothing is sampled any more.
    pub fn end(mut self) -> Vec<SpanData> {
        self.held.take_all()
    }

    pub fn is_by(&self, rules: &Rules) -> bool {
        self.rules == *rules
    }

    pub fn held_spans(&self) -> usize {
        self.held.spans()
    }

    /// The memory that they take up.
    pub fn held_bytes(&self) -> usize {
        self.held.bytes()
    }
}

/// Nothing above it is in this process.
fn is_local_root(span: &SpanData) -> bool {
    span.parent_span_id == SpanId::INVALID || span.parent_span_is_remote
}

#[cfg(test)]
mod tests;
