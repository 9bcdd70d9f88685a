//! What every span passes before any route gets it: its cost is added, and its trace is sampled. Keeps
//! the accounts of what is held meanwhile and of what is dropped.

use std::sync::Arc;

use opentelemetry_sdk::trace::SpanData;
use tokio::time::Instant;

use super::shared::Shared;
use crate::config::Gate as Settings;
use crate::cost::{Prices, add_cost};
use crate::sample::{Outcome, Tail};

pub(super) struct Gate {
    shared: Arc<Shared>,
    /// Where the cost of model calls is wanted.
    prices: Option<Arc<Prices>>,
    tail: Option<Tail>,
}

impl Gate {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared), prices: None, tail: None }
    }

    /// The spans that go on now: of those that have come, and of those that were held.
    pub(super) fn pass(&mut self, mut spans: Vec<SpanData>, now: Instant) -> Vec<SpanData> {
        if let Some(prices) = &self.prices {
            spans.iter_mut().for_each(|span| add_cost(&mut span.attributes, prices));
        }
        if self.tail.is_none() {
            return spans;
        }
        let max_bytes = self.max_held_bytes();
        self.decide(|tail, outcome| {
            spans.into_iter().for_each(|span| tail.take(span, max_bytes, now, outcome));
        })
    }

    /// Half of all memory, so that what is decided always finds room; less while that is taken.
    fn max_held_bytes(&self) -> usize {
        let held = self.tail.as_ref().map_or(0, Tail::held_bytes);
        let max = self.shared.max_bytes();
        let free = max.saturating_sub(self.shared.held_bytes());
        (max / 2).min(held + free)
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.tail.as_ref().and_then(Tail::due)
    }

    pub(super) fn decide_due(&mut self, now: Instant) {
        // Nothing is kept for its age.
        self.decide(|tail, outcome| tail.decide_due(now, outcome));
    }

    /// There will be no later.
    pub(super) fn decide_all(&mut self) {
        self.decide(|tail, outcome| tail.decide_all(outcome));
    }

    /// How many spans wait for the end of their trace.
    pub(super) fn held_spans(&self) -> u64 {
        self.tail.as_ref().map_or(0, |tail| tail.held_spans() as u64)
    }

    /// Goes on under other settings. Returns what is no longer held.
    pub(super) fn reconfigure(&mut self, settings: Settings, now: Instant) -> Vec<SpanData> {
        let for_rules = settings.prices.clone().unwrap_or_default();
        self.prices = settings.prices;
        match settings.sample {
            Some(rules) if self.tail.is_none() => {
                self.tail = Some(Tail::new(rules, for_rules));
                Vec::new()
            }
            Some(rules) if self.tail.as_ref().is_some_and(|tail| !tail.is_by(&rules)) => {
                self.decide(|tail, outcome| tail.reconfigure(rules, for_rules, now, outcome))
            }
            Some(_) => Vec::new(),
            None => self.tail.take().map_or_else(Vec::new, |tail| {
                self.shared.release(tail.held_bytes());
                tail.end()
            }),
        }
    }

    fn decide(&mut self, decide: impl FnOnce(&mut Tail, &mut Outcome)) -> Vec<SpanData> {
        let Some(tail) = &mut self.tail else { return Vec::new() };
        let mut outcome = Outcome::default();
        let before = tail.held_bytes();
        decide(tail, &mut outcome);
        let after = tail.held_bytes();
        self.shared.hold(after);
        self.shared.release(before);
        if outcome.dropped > 0 {
            let mut counts = self.shared.stats.counts();
            counts.sample_out(outcome.dropped, outcome.dropped_early);
        }
        outcome.kept
    }
}
