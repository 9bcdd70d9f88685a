//! What was decided of traces of which more may come. Bounded: the oldest decisions are forgotten,
//! and what comes of such a trace is judged by itself.

use std::collections::{HashMap, HashSet, VecDeque};

use opentelemetry::trace::{SpanId, TraceId};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// With everything that still comes.
    Kept,
    /// These spans, and what comes of what hangs on them. Another part of the trace, under a root of
    /// its own, is judged by itself.
    Dropped(HashSet<SpanId>),
    /// With everything that still comes: it was not finished when it had to be decided.
    DroppedWhole,
}

#[derive(Debug, Default)]
pub(super) struct Decisions {
    by_trace: HashMap<TraceId, Decision>,
    /// The oldest first.
    order: VecDeque<TraceId>,
    span_ids: usize,
}

/// A megabyte or two; spans seldom come minutes after their trace.
const MAX_TRACES: usize = 10_000;
/// As much again.
const MAX_SPAN_IDS: usize = 100_000;

impl Decisions {
    pub fn of(&self, trace_id: TraceId) -> Option<&Decision> {
        self.by_trace.get(&trace_id)
    }

    pub fn keep(&mut self, trace_id: TraceId) {
        self.set(trace_id, Decision::Kept);
    }

    pub fn drop_whole(&mut self, trace_id: TraceId) {
        self.set(trace_id, Decision::DroppedWhole);
    }

    /// These of a trace, besides those that were dropped before.
    pub fn drop_spans(&mut self, trace_id: TraceId, span_ids: impl IntoIterator<Item = SpanId>) {
        if let Some(Decision::Dropped(dropped)) = self.by_trace.get_mut(&trace_id) {
            let before = dropped.len();
            dropped.extend(span_ids);
            self.span_ids += dropped.len() - before;
            self.forget_oldest();
        } else {
            self.set(trace_id, Decision::Dropped(span_ids.into_iter().collect()));
        }
    }

    fn set(&mut self, trace_id: TraceId, decision: Decision) {
        self.span_ids += decision.span_ids();
        match self.by_trace.insert(trace_id, decision) {
            Some(before) => self.span_ids -= before.span_ids(),
            None => self.order.push_back(trace_id),
        }
        self.forget_oldest();
    }

    fn forget_oldest(&mut self) {
        while self.by_trace.len() > MAX_TRACES || self.span_ids > MAX_SPAN_IDS {
            let Some(oldest) = self.order.pop_front() else { return };
            let forgotten = self.by_trace.remove(&oldest);
            self.span_ids -= forgotten.map_or(0, |decision| decision.span_ids());
        }
    }
}

impl Decision {
    fn span_ids(&self) -> usize {
        match self {
            Decision::Dropped(span_ids) => span_ids.len(),
            Decision::Kept | Decision::DroppedWhole => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(number: usize) -> TraceId {
        TraceId::from_bytes((number as u128 + 1).to_be_bytes())
    }

    fn spans(numbers: std::ops::Range<u64>) -> Vec<SpanId> {
        numbers.map(|number| SpanId::from_bytes((number + 1).to_be_bytes())).collect()
    }

    #[test]
    fn the_oldest_traces_are_forgotten_first() {
        let mut decisions = Decisions::default();
        (0..MAX_TRACES + 2).for_each(|number| decisions.keep(trace(number)));
        assert_eq!(decisions.of(trace(1)), None);
        assert_eq!(decisions.of(trace(2)), Some(&Decision::Kept));
        assert_eq!(decisions.order.len(), MAX_TRACES);
    }

    #[test]
    fn spans_are_bounded_over_all_traces() {
        let mut decisions = Decisions::default();
        let half = MAX_SPAN_IDS as u64 / 2;
        decisions.drop_spans(trace(0), spans(0..half));
        decisions.drop_spans(trace(1), spans(0..half));
        decisions.drop_spans(trace(1), spans(0..half));
        assert!(decisions.of(trace(0)).is_some(), "none was new");
        decisions.drop_spans(trace(1), spans(half..half + 1));
        assert_eq!(decisions.of(trace(0)), None);
        decisions.drop_whole(trace(1));
        assert_eq!(decisions.span_ids, 0);
    }
}
