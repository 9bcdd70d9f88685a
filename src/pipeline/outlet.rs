//! One destination's queue: batches in the order in which they closed, a few under way at a time.
//! What a collector will not take *now* stays here and is tried again, until it is taken, refused
//! for good, or there is no room or time left.

use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use super::claims::Claims;
use super::flushes::BatchId;
use super::sink::Sink;
use super::spooling::Record;
use crate::export::EncodedBatch;

/// Enough to hide a round trip; more would only pile up on a slow collector.
const MAX_UNDER_WAY: usize = 4;
/// After a round that failed, one batch goes ahead to see whether the collector is back.
const MAX_UNDER_WAY_WHILE_FAILING: usize = 1;
/// A round has waited already, so the pause after one is short and grows slowly.
const MIN_PAUSE: Duration = Duration::from_millis(500);
const MAX_PAUSE: Duration = Duration::from_secs(15);

pub(super) struct Queued {
    pub(super) id: BatchId,
    pub(super) batch: EncodedBatch,
    pub(super) claims: Claims,
    /// What of it is on disk, if there is a spool.
    pub(super) records: Vec<Record>,
}

impl Queued {
    /// Whether it has to be read back first.
    pub(super) fn is_on_disk(&self) -> bool {
        self.batch.protobuf.is_empty() && !self.records.is_empty()
    }
}

/// A pause between rounds, and whether the collector asked for it.
#[derive(Debug, Clone, Copy)]
struct Pause {
    until: Instant,
    asked_for: bool,
}

pub(super) struct Outlet {
    pub(super) sink: Rc<Sink>,
    queue: VecDeque<Queued>,
    under_way: BTreeSet<BatchId>,
    failed_rounds: u32,
    pause: Option<Pause>,
}

impl Outlet {
    pub(super) fn new(sink: Sink) -> Self {
        Self {
            sink: Rc::new(sink),
            queue: VecDeque::new(),
            under_way: BTreeSet::new(),
            failed_rounds: 0,
            pause: None,
        }
    }

    pub(super) fn push(&mut self, queued: Queued) {
        self.queue.push_back(queued);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.under_way.is_empty()
    }

    /// The next batch to deliver, if one may go now. `finished` tells when it has been tried.
    pub(super) fn start_next(&mut self, now: Instant) -> Option<Queued> {
        let most = if self.failed_rounds > 0 { MAX_UNDER_WAY_WHILE_FAILING } else { MAX_UNDER_WAY };
        if self.under_way.len() >= most || self.pause.is_some_and(|pause| pause.until > now) {
            return None;
        }
        self.pause = None;
        let next = self.queue.pop_front()?;
        self.under_way.insert(next.id);
        Some(next)
    }

    /// When `start_next` is worth another try although nothing else has happened.
    pub(super) fn wakes_at(&self) -> Option<Instant> {
        let waits = !self.queue.is_empty() && self.under_way.is_empty();
        self.pause.filter(|_| waits).map(|pause| pause.until)
    }

    /// A round of batch `id` is over and took everything.
    pub(super) fn finished(&mut self, id: BatchId) {
        self.under_way.remove(&id);
        self.failed_rounds = 0;
        self.pause = None;
    }

    /// A round of batch `id` is over and left these for later, which go to the front.
    pub(super) fn postponed(
        &mut self,
        id: BatchId,
        unsent: impl DoubleEndedIterator<Item = Queued>,
        not_before: Option<Instant>,
        now: Instant,
    ) {
        self.under_way.remove(&id);
        for queued in unsent.rev() {
            self.queue.push_front(queued);
        }
        let doublings = self.failed_rounds.min(16);
        self.failed_rounds = self.failed_rounds.saturating_add(1);
        let pause = MIN_PAUSE.saturating_mul(1 << doublings).min(MAX_PAUSE);
        let until = not_before.unwrap_or(now + pause);
        self.pause = Some(Pause { until, asked_for: not_before.is_some() });
    }

    /// Somebody waits: ends a pause that the collector did not ask for. Returns the batches that
    /// will be tried, and how many spans will not because the collector wants to be left alone.
    pub(super) fn hurry(&mut self, now: Instant) -> (BTreeSet<BatchId>, u64) {
        let left_alone = self.pause.is_some_and(|pause| pause.asked_for && pause.until > now);
        let mut tried = self.under_way.clone();
        if left_alone {
            return (tried, self.queued_spans());
        }
        self.pause = None;
        tried.extend(self.queue.iter().map(|queued| queued.id));
        (tried, 0)
    }

    /// Batch `id` came to nothing before it was tried.
    pub(super) fn nothing_left(&mut self, id: BatchId) {
        self.under_way.remove(&id);
    }

    /// Whether there is room for what is in no hurry.
    pub(super) fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.failed_rounds == 0 && self.under_way.len() < MAX_UNDER_WAY
    }

    /// Whether the last round failed.
    pub(super) fn is_failing(&self) -> bool {
        self.failed_rounds > 0
    }

    pub(super) fn queue(&self) -> impl Iterator<Item = &Queued> {
        self.queue.iter()
    }

    pub(super) fn queue_mut(&mut self) -> impl Iterator<Item = &mut Queued> {
        self.queue.iter_mut()
    }

    pub(super) fn under_way(&self) -> impl Iterator<Item = BatchId> + '_ {
        self.under_way.iter().copied()
    }

    /// Drops batches of which nothing is left.
    pub(super) fn drop_empty(&mut self) -> Vec<BatchId> {
        let is_empty =
            |queued: &Queued| queued.batch.spans == 0 && queued.batch.protobuf.is_empty();
        let dropped = self.queue.iter().filter(|it| is_empty(it)).map(|it| it.id).collect();
        self.queue.retain(|queued| !is_empty(queued));
        dropped
    }

    /// What waits, and how many spans each holds.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (BatchId, u64)> + '_ {
        self.queue.iter().map(|queued| (queued.id, queued.batch.spans as u64))
    }

    pub(super) fn queued_spans(&self) -> u64 {
        self.queue.iter().map(|queued| queued.batch.spans as u64).sum()
    }
}
