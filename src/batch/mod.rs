//! When is a batch full or due: bounded by spans, by bytes, and by how long its first span waits.
//! A pure decision; the clock is the caller's.

use std::time::Duration;

use opentelemetry_sdk::trace::SpanData;
use tokio::time::Instant;

#[derive(Debug, Clone)]
pub struct BatchLimits {
    pub max_spans: usize,
    pub max_bytes: usize,
    /// How long a span waits for others.
    pub delay: Duration,
}

#[derive(Debug)]
pub struct Batch {
    limits: BatchLimits,
    spans: Vec<SpanData>,
    bytes: usize,
    due: Option<Instant>,
}

/// Spans that go out together, and the memory that they take up.
#[derive(Debug, Default)]
pub struct Closed {
    pub spans: Vec<SpanData>,
    pub bytes: usize,
}

impl Batch {
    pub fn new(limits: BatchLimits) -> Self {
        Self { limits, spans: Vec::new(), bytes: 0, due: None }
    }

    /// Adds a span. `ready` gets the batch that it would have overfilled, and the one that it fills.
    pub fn push(&mut self, span: SpanData, bytes: usize, now: Instant, ready: &mut Vec<Closed>) {
        if self.bytes + bytes > self.limits.max_bytes {
            ready.extend(self.close());
        }
        if self.spans.is_empty() {
            self.due = now.checked_add(self.limits.delay);
        }
        self.spans.push(span);
        self.bytes += bytes;
        if self.spans.len() >= self.limits.max_spans || self.bytes >= self.limits.max_bytes {
            ready.extend(self.close());
        }
    }

    /// When the batch has to go even if it is not full.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    pub fn close(&mut self) -> Option<Closed> {
        self.due = None;
        if self.spans.is_empty() {
            return None;
        }
        let bytes = std::mem::take(&mut self.bytes);
        Some(Closed { spans: std::mem::take(&mut self.spans), bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::span;

    fn batch() -> Batch {
        let delay = Duration::from_millis(1000);
        Batch::new(BatchLimits { max_spans: 3, max_bytes: 100, delay })
    }

    /// The sizes of the batches that come out of spans of these sizes, and what is still open.
    fn batches_of(sizes: &[usize]) -> (Vec<usize>, usize) {
        let mut batch = batch();
        let mut ready = Vec::new();
        for &bytes in sizes {
            batch.push(span("a"), bytes, Instant::now(), &mut ready);
        }
        (ready.iter().map(|closed| closed.bytes).collect(), batch.bytes)
    }

    #[test]
    fn closes_by_count_by_bytes_and_before_it_would_overflow() {
        assert_eq!(batches_of(&[1, 1]), (vec![], 2));
        assert_eq!(batches_of(&[1, 1, 1, 1]), (vec![3], 1));
        assert_eq!(batches_of(&[60, 60]), (vec![60], 60));
        assert_eq!(batches_of(&[60, 40]), (vec![100], 0));
        assert_eq!(batches_of(&[10, 500]), (vec![10, 500], 0));
        assert_eq!(batches_of(&[500]), (vec![500], 0));
    }

    #[test]
    fn is_due_when_its_first_span_has_waited() {
        let mut batch = batch();
        assert_eq!(batch.due(), None);
        let now = Instant::now();
        batch.push(span("a"), 1, now, &mut Vec::new());
        batch.push(span("b"), 1, now + Duration::from_millis(500), &mut Vec::new());
        assert_eq!(batch.due(), Some(now + Duration::from_millis(1000)));
        assert_eq!(batch.close().map(|closed| closed.spans.len()), Some(2));
        assert_eq!(batch.due(), None);
        assert!(batch.close().is_none());
    }
}
