//! One destination's entries in the accounts: on its own page and in the totals, under one lock.

use std::sync::Arc;

use super::claims::Claims;
use super::shared::Shared;
use crate::export::Observer;
use crate::stats::{DestinationCounts, Stage};

#[derive(Debug, Clone)]
pub(super) struct Account {
    shared: Arc<Shared>,
    name: String,
    /// Of its page.
    number: u64,
}

impl Account {
    pub(super) fn new(shared: &Arc<Shared>, name: &str) -> Self {
        let number = shared.stats.counts().destinations.number_of(name);
        Self { shared: Arc::clone(shared), name: name.to_owned(), number }
    }

    /// Spans that are meant for it, and spans that its filter leaves to others.
    pub(super) fn take_in(&self, wanted: usize, filtered: usize) {
        self.on_page(|page| {
            page.queued += wanted as u64;
            page.filtered += filtered as u64;
        });
    }

    /// Returns how many spans are thereby delivered wherever they were wanted.
    pub(super) fn deliver(&self, claims: Claims) -> usize {
        let mut counts = self.shared.stats.counts();
        if let Some(page) = counts.destinations.get_mut(self.number) {
            page.deliver(claims.len() as u64);
        }
        claims.deliver(&mut counts)
    }

    pub(super) fn lose(&self, claims: Claims, stage: Stage, reason: &str) {
        if claims.len() == 0 {
            return;
        }
        let mut counts = self.shared.stats.counts();
        if let Some(page) = counts.destinations.get_mut(self.number) {
            page.lose(stage, reason, claims.len() as u64);
        }
        claims.lose(&mut counts, stage, reason);
    }

    /// Spans that another process left on disk are this one's from now on.
    pub(super) fn recover(&self, spans: usize) {
        let mut counts = self.shared.stats.counts();
        counts.recover(spans as u64);
        if let Some(page) = counts.destinations.get_mut(self.number) {
            page.queued += spans as u64;
        }
    }

    /// Spans that stay on disk for another process.
    pub(super) fn leave(&self, claims: Claims) {
        let mut counts = self.shared.stats.counts();
        if let Some(page) = counts.destinations.get_mut(self.number) {
            page.queued = page.queued.saturating_sub(claims.len() as u64);
        }
        claims.leave(&mut counts);
    }

    /// Spans that are in memory alone although there should be a spool.
    pub(super) fn not_spooled(&self, spans: usize) {
        self.shared.stats.counts().spool.not_spooled += spans as u64;
    }

    /// Segments that this destination has taken over and not read, before and now.
    pub(super) fn orphans(&self, before: usize, now: usize) {
        if before != now {
            let spool = &mut self.shared.stats.counts().spool;
            spool.orphans = (spool.orphans + now as u64).saturating_sub(before as u64);
        }
    }

    /// Stretches and records on disk that cannot be read.
    pub(super) fn damaged(&self, records: usize) {
        self.shared.stats.counts().spool.damaged += records as u64;
    }

    pub(super) fn closed_batches(&self, batches: usize) {
        self.shared.stats.counts().batches += batches as u64;
        self.on_page(|page| page.batches += batches as u64);
    }

    pub(super) fn holds(&self, bytes: usize) {
        self.on_page(|page| page.bytes_held = bytes as u64);
    }

    fn on_page(&self, write: impl FnOnce(&mut DestinationCounts)) {
        self.shared.stats.counts().destinations.get_mut(self.number).map(write);
    }
}

impl Observer for Account {
    fn request(&self, bytes_on_wire: usize) {
        let mut counts = self.shared.stats.counts();
        counts.requests += 1;
        counts.bytes_sent += bytes_on_wire as u64;
        if let Some(page) = counts.destinations.get_mut(self.number) {
            page.requests += 1;
            page.bytes_sent += bytes_on_wire as u64;
        }
    }

    fn retried(&self) {
        self.shared.stats.counts().retries += 1;
        self.on_page(|page| page.retries += 1);
    }

    fn warning(&self, code: &'static str, message: String) {
        self.on_page(|page| page.last_error = Some(message.clone()));
        self.shared.warn(code, &self.name, message);
    }
}
