//! Spans of traces that are not decided. Of a trace those whose parent has not ended cannot be told
//! apart, so they are one part; who hangs on whom shows when a root ends.

use std::collections::{BTreeSet, HashMap, HashSet};

use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::trace::SpanData;
use tokio::time::Instant;

use super::rules::{Evidence, Rules};
use crate::assembly::size_of_span;
use crate::cost::Prices;

#[derive(Debug, Default)]
pub(super) struct Held {
    parts: HashMap<TraceId, Part>,
    /// The oldest first.
    by_age: BTreeSet<Age>,
    bytes: usize,
    spans: usize,
}

type Age = (Instant, [u8; 16]);

#[derive(Debug)]
pub(super) struct Part {
    pub evidence: Evidence,
    since: Instant,
    spans: Vec<SpanData>,
}

impl Held {
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn spans(&self) -> usize {
        self.spans
    }

    /// That of a trace, begun now if there is none.
    pub fn part_of(&mut self, trace_id: TraceId, now: Instant) -> &mut Part {
        let by_age = &mut self.by_age;
        self.parts.entry(trace_id).or_insert_with(|| {
            by_age.insert((now, trace_id.to_bytes()));
            Part { evidence: Evidence::default(), since: now, spans: Vec::new() }
        })
    }

    /// Adds a span to its part, which has been begun.
    pub fn hold(&mut self, span: SpanData) {
        if let Some(part) = self.parts.get_mut(&span.span_context.trace_id()) {
            self.bytes += size_of_span(&span);
            self.spans += 1;
            part.spans.push(span);
        }
    }

    /// The spans of a trace, which are no longer held.
    pub fn take(&mut self, trace_id: TraceId) -> Vec<SpanData> {
        self.remove(trace_id).map_or_else(Vec::new, |part| part.spans)
    }

    /// All spans, trace by trace, the oldest first.
    pub fn take_all(&mut self) -> Vec<SpanData> {
        let ages: Vec<Age> = self.by_age.iter().copied().collect();
        ages.into_iter()
            .flat_map(|(_, trace_id)| self.take(TraceId::from_bytes(trace_id)))
            .collect()
    }

    /// Lets go of the part that has been held longest: which trace, and how many spans.
    pub fn drop_oldest(&mut self) -> Option<(TraceId, usize)> {
        let (_, trace_id) = *self.by_age.first()?;
        let trace_id = TraceId::from_bytes(trace_id);
        Some((trace_id, self.take(trace_id).len()))
    }

    /// Since when something has been held.
    pub fn oldest(&self) -> Option<Instant> {
        self.by_age.first().map(|(since, _)| *since)
    }

    /// Lets go of what hangs on `top`, as far as it has ended, and says what that was. The rest stays.
    pub fn drop_under(&mut self, top: &SpanData, rules: &Rules, prices: &Prices) -> Vec<SpanId> {
        let trace_id = top.span_context.trace_id();
        let Some(part) = self.remove(trace_id) else { return Vec::new() };
        let below = below(top.span_context.span_id(), &part.spans);
        let id_of = |span: &SpanData| span.span_context.span_id();
        let (gone, rest): (Vec<SpanData>, Vec<SpanData>) =
            part.spans.into_iter().partition(|span| below.contains(&id_of(span)));
        for span in rest {
            let part = self.part_of(trace_id, part.since);
            part.evidence.add(&span, rules, prices);
            self.hold(span);
        }
        gone.iter().map(id_of).collect()
    }

    fn remove(&mut self, trace_id: TraceId) -> Option<Part> {
        let part = self.parts.remove(&trace_id)?;
        self.by_age.remove(&(part.since, trace_id.to_bytes()));
        self.bytes -= part.spans.iter().map(size_of_span).sum::<usize>();
        self.spans -= part.spans.len();
        Some(part)
    }
}

/// All that hangs on `top`, directly or not.
fn below(top: SpanId, spans: &[SpanData]) -> HashSet<SpanId> {
    let mut children: HashMap<SpanId, Vec<SpanId>> = HashMap::new();
    for span in spans {
        children.entry(span.parent_span_id).or_default().push(span.span_context.span_id());
    }
    let mut below = HashSet::new();
    let mut open = vec![top];
    while let Some(parent) = open.pop() {
        for child in children.remove(&parent).unwrap_or_default() {
            below.insert(child);
            open.push(child);
        }
    }
    below
}
