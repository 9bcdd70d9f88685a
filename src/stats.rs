//! What became of every span. The sums agree at any moment, because they change under one lock:
//! `started = open + ended` and `ended = queued + delivered + lost`.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where a span was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Between JS and the native thread.
    Handoff,
    /// Waiting for a batch or for delivery.
    Queue,
    /// At the collector's door, or because of what it said.
    Export,
}

impl Stage {
    pub fn name(self) -> &'static str {
        match self {
            Stage::Handoff => "handoff",
            Stage::Queue => "queue",
            Stage::Export => "export",
        }
    }
}

#[derive(Debug, Clone, Default)]
pub struct Counts {
    pub started: u64,
    pub ended: u64,
    pub queued: u64,
    pub delivered: u64,
    /// Spans by stage and reason.
    pub lost: BTreeMap<(Stage, String), u64>,
    /// Second ends, and sets after the end.
    pub ignored: u64,
    /// Faults of ours inside the host's calls.
    pub faults: u64,
    pub batches: u64,
    pub requests: u64,
    pub retries: u64,
    /// Request bodies as they went over the wire.
    pub bytes_sent: u64,
    pub last_error: Option<String>,
    /// Values in which something was redacted.
    pub redacted: u64,
    /// Values that were hidden whole because a rule could not be applied to them.
    pub redaction_failures: u64,
}

impl Counts {
    pub fn lose(&mut self, stage: Stage, reason: &str, spans: u64) {
        // Whoever comes first counts a span: no one is lost twice, at the end of the thread either.
        let spans = spans.min(self.queued);
        if spans > 0 {
            self.queued -= spans;
            *self.lost.entry((stage, reason.to_owned())).or_default() += spans;
        }
    }

    pub fn deliver(&mut self, spans: u64) {
        let spans = spans.min(self.queued);
        self.queued -= spans;
        self.delivered += spans;
    }

    pub fn lost_in_all(&self) -> u64 {
        self.lost.values().sum()
    }
}

#[derive(Debug, Default)]
pub struct Stats(Mutex<Counts>);

impl Stats {
    /// A panic elsewhere cannot leave plain counters half written, so a poisoned lock is fine.
    pub fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
