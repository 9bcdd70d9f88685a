//! What became of every span. The sums agree at any moment, because they change under one lock:
//! `started = open + ended` and
//! `ended + recovered = queued + delivered + filtered + sampled_out + lost + left`, of which `recovered`
//! and `left` are what the spool got from other processes and what it leaves to them.
//!
//! With several destinations a span is queued while one of them still holds it, delivered when all
//! that wanted it have it, lost when one of them lost it, and filtered when none wanted it. What each
//! of them did is on a page of its own, for which the same holds of what was meant for it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where a span was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Between JS and the native thread.
    Handoff,
    /// Waiting for a batch or for delivery.
    Queue,
    /// On disk, waiting for delivery.
    Spool,
    /// At the collector's door, or because of what it said.
    Export,
}

impl Stage {
    pub fn name(self) -> &'static str {
        match self {
            Stage::Handoff => "handoff",
            Stage::Queue => "queue",
            Stage::Spool => "spool",
            Stage::Export => "export",
        }
    }
}

/// Spans by stage and reason.
pub type Losses = BTreeMap<(Stage, String), u64>;

#[derive(Debug, Clone, Default)]
pub struct Counts {
    pub started: u64,
    pub ended: u64,
    pub queued: u64,
    pub delivered: u64,
    pub filtered: u64,
    /// In traces that were not worth keeping.
    pub sampled_out: u64,
    /// Of those: in traces that had to be decided before they were finished.
    pub sampled_out_early: u64,
    pub lost: Losses,
    /// Second ends, and sets after the end.
    pub ignored: u64,
    /// Faults of ours inside the host's calls.
    pub faults: u64,
    /// Spans that limits have cut, each time for each destination.
    pub truncated: u64,
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
    pub spool: SpoolCounts,
    pub destinations: Destinations,
}

/// What the spool did besides its duty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpoolCounts {
    /// Spans of other processes that were found on disk.
    pub recovered: u64,
    /// Spans on disk when the thread ended, for another process.
    pub left: u64,
    /// Spans that were in memory alone, because the disk did not take them.
    pub not_spooled: u64,
    /// Segments of other processes that are still to be read.
    pub orphans: u64,
    /// Stretches and records that could not be read.
    pub damaged: u64,
}

/// One destination's page. What was lost before it got there is not on it.
#[derive(Debug, Clone, Default)]
pub struct DestinationCounts {
    pub name: String,
    /// As it may be shown: nothing secret is in it.
    pub endpoint: String,
    /// Spans go there now; otherwise it has what an earlier configuration left to it.
    pub is_current: bool,
    pub queued: u64,
    pub delivered: u64,
    pub filtered: u64,
    pub lost: Losses,
    pub batches: u64,
    pub requests: u64,
    pub retries: u64,
    pub bytes_sent: u64,
    pub bytes_held: u64,
    pub last_error: Option<String>,
}

impl Counts {
    pub fn lose(&mut self, stage: Stage, reason: &str, spans: u64) {
        lose(&mut self.queued, &mut self.lost, stage, reason, spans);
    }

    pub fn deliver(&mut self, spans: u64) {
        let spans = spans.min(self.queued);
        self.queued -= spans;
        self.delivered += spans;
    }

    pub fn recover(&mut self, spans: u64) {
        self.queued += spans;
        self.spool.recovered += spans;
    }

    pub fn leave(&mut self, spans: u64) {
        let spans = spans.min(self.queued);
        self.queued -= spans;
        self.spool.left += spans;
    }

    pub fn filter(&mut self, spans: u64) {
        let spans = spans.min(self.queued);
        self.queued -= spans;
        self.filtered += spans;
    }

    pub fn sample_out(&mut self, spans: u64, early: u64) {
        let spans = spans.min(self.queued);
        self.queued -= spans;
        self.sampled_out += spans;
        self.sampled_out_early += early;
    }

    /// The end of the thread: whatever is still held is lost.
    pub fn lose_the_rest(&mut self, stage: Stage, reason: &str) {
        self.lose(stage, reason, self.queued);
        for destination in self.destinations.0.values_mut() {
            destination.lose(stage, reason, destination.queued);
            destination.bytes_held = 0;
        }
    }

    pub fn lost_in_all(&self) -> u64 {
        self.lost.values().sum()
    }
}

impl DestinationCounts {
    pub fn lose(&mut self, stage: Stage, reason: &str, spans: u64) {
        lose(&mut self.queued, &mut self.lost, stage, reason, spans);
    }

    pub fn deliver(&mut self, spans: u64) {
        let spans = spans.min(self.queued);
        self.queued -= spans;
        self.delivered += spans;
    }
}

fn lose(queued: &mut u64, lost: &mut Losses, stage: Stage, reason: &str, spans: u64) {
    // Whoever comes first counts a span: no one is lost twice, at the end of the thread either.
    let spans = spans.min(*queued);
    if spans > 0 {
        *queued -= spans;
        *lost.entry((stage, reason.to_owned())).or_default() += spans;
    }
}

/// The pages, in the order in which they were opened.
#[derive(Debug, Clone, Default)]
pub struct Destinations(BTreeMap<u64, DestinationCounts>);

impl Destinations {
    /// The number of the page that a destination of this name continues, or begins.
    pub fn number_of(&mut self, name: &str) -> u64 {
        let same = self.0.iter().find(|(_, page)| page.name == name).map(|(number, _)| *number);
        same.unwrap_or_else(|| {
            let next = self.0.last_key_value().map_or(0, |(last, _)| last + 1);
            let page = DestinationCounts { name: name.to_owned(), ..DestinationCounts::default() };
            self.0.insert(next, page);
            next
        })
    }

    /// Spans go to these from now on. Others stay while they hold something.
    pub fn switch_to(&mut self, current: impl Iterator<Item = (String, String)>) {
        self.0.values_mut().for_each(|page| page.is_current = false);
        for (name, endpoint) in current {
            let number = self.number_of(&name);
            if let Some(page) = self.get_mut(number) {
                (page.endpoint, page.is_current) = (endpoint, true);
            }
        }
        self.0.retain(|_, page| page.is_current || page.queued > 0);
    }

    pub fn get_mut(&mut self, number: u64) -> Option<&mut DestinationCounts> {
        self.0.get_mut(&number)
    }

    pub fn iter(&self) -> impl Iterator<Item = &DestinationCounts> {
        self.0.values().filter(|page| page.is_current || page.queued > 0)
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
