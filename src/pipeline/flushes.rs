//! Who waits for which batches. Pure bookkeeping, without clock or I/O.

use std::collections::BTreeSet;

pub(super) type BatchId = u64;

/// What became of the spans that a flush waited for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FlushReport {
    pub delivered: u64,
    pub lost: u64,
    /// Still held, to be tried again later: the collector did not take them now.
    pub pending: u64,
}

#[derive(Debug)]
struct Flush {
    id: u32,
    waiting: BTreeSet<BatchId>,
    report: FlushReport,
}

#[derive(Debug, Default)]
pub(super) struct Flushes(Vec<Flush>);

impl Flushes {
    /// Waits for these batches; `settled` will name the flush when there is nothing left.
    pub(super) fn open(&mut self, id: u32, waiting: BTreeSet<BatchId>, report: FlushReport) {
        self.0.push(Flush { id, waiting, report });
    }

    /// A batch was tried: adds to the report of everyone who waited for it.
    pub(super) fn settle(&mut self, batch: BatchId, outcome: FlushReport) {
        for flush in &mut self.0 {
            if flush.waiting.remove(&batch) {
                flush.report.delivered += outcome.delivered;
                flush.report.lost += outcome.lost;
                flush.report.pending += outcome.pending;
            }
        }
    }

    /// The flushes that wait for nothing any more.
    pub(super) fn take_done(&mut self) -> Vec<(u32, FlushReport)> {
        let (done, open) =
            std::mem::take(&mut self.0).into_iter().partition(|flush| flush.waiting.is_empty());
        self.0 = open;
        let done: Vec<Flush> = done;
        done.into_iter().map(|flush| (flush.id, flush.report)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flush_is_done_when_each_of_its_batches_was_tried() {
        let mut flushes = Flushes::default();
        flushes.open(7, BTreeSet::from([1, 2]), FlushReport::default());
        assert_eq!(flushes.take_done(), []);
        flushes.settle(3, FlushReport { delivered: 100, ..FlushReport::default() });
        flushes.settle(1, FlushReport { delivered: 5, ..FlushReport::default() });
        flushes.settle(1, FlushReport { delivered: 5, ..FlushReport::default() });
        assert_eq!(flushes.take_done(), []);
        flushes.settle(2, FlushReport { lost: 1, pending: 2, ..FlushReport::default() });
        assert_eq!(flushes.take_done(), [(7, FlushReport { delivered: 5, lost: 1, pending: 2 })]);
        assert_eq!(flushes.take_done(), []);
    }

    #[test]
    fn a_flush_with_nothing_to_wait_for_is_done_at_once() {
        let mut flushes = Flushes::default();
        flushes.open(1, BTreeSet::new(), FlushReport::default());
        assert_eq!(flushes.take_done().len(), 1);
    }
}
