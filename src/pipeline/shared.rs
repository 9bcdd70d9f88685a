//! What the native thread and the handle both see: counters, the memory held, flushes under way.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::flushes::{BatchId, FlushReport};
use crate::config::Config;
use crate::diag::Diagnostics;
use crate::redact::Redactions;
use crate::stats::{Stage, Stats};

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) stats: Stats,
    pub(super) diagnostics: Diagnostics,
    pub(super) redactions: Arc<Redactions>,
    /// Spans that limits have cut, each time for each destination.
    pub(super) truncated: Arc<AtomicU64>,
    held_bytes: AtomicUsize,
    max_bytes: AtomicUsize,
    last_batch: AtomicU64,
    flushes: Mutex<FlushBoard>,
    flush_done: Condvar,
}

#[derive(Debug, Default)]
struct FlushBoard {
    last_id: u32,
    /// `None` while under way. An entry stays until somebody has taken its outcome.
    outcomes: HashMap<u32, Option<FlushReport>>,
}

impl Shared {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            stats: Stats::default(),
            truncated: Arc::default(),
            diagnostics: Diagnostics::new(config.quiet),
            redactions: Arc::default(),
            held_bytes: AtomicUsize::new(0),
            max_bytes: AtomicUsize::new(config.max_queue_bytes),
            last_batch: AtomicU64::new(0),
            flushes: Mutex::default(),
            flush_done: Condvar::new(),
        }
    }

    pub(super) fn set_max_bytes(&self, bytes: usize) {
        self.max_bytes.store(bytes, Ordering::Relaxed);
    }

    pub(super) fn max_bytes(&self) -> usize {
        self.max_bytes.load(Ordering::Relaxed)
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.held_bytes.load(Ordering::Relaxed)
    }

    /// Claims memory if there is room.
    pub(super) fn reserve(&self, bytes: usize) -> bool {
        let max = self.max_bytes();
        self.held_bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
                held.checked_add(bytes).filter(|after| *after <= max)
            })
            .is_ok()
    }

    /// Claims memory for what is held already, in another form.
    pub(super) fn hold(&self, bytes: usize) {
        self.held_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn release(&self, bytes: usize) {
        self.held_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub(super) fn lose(&self, stage: Stage, reason: &str, spans: usize) {
        self.stats.counts().lose(stage, reason, spans as u64);
    }

    /// Tells a person, once, and whoever reads the accounts; `of` is what it is about.
    pub(super) fn warn(&self, code: &'static str, of: &str, message: String) {
        self.diagnostics.warn_once(code, of, &message);
        self.stats.counts().last_error = Some(message);
    }

    pub(super) fn next_batch(&self) -> BatchId {
        self.last_batch.fetch_add(1, Ordering::Relaxed)
    }

    /// The native thread has ended, and what it held with it.
    pub(super) fn hold_nothing(&self) {
        self.held_bytes.store(0, Ordering::Relaxed);
    }

    fn board(&self) -> MutexGuard<'_, FlushBoard> {
        self.flushes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open_flush(&self) -> u32 {
        let mut board = self.board();
        board.last_id = board.last_id.wrapping_add(1);
        let id = board.last_id;
        board.outcomes.insert(id, None);
        id
    }

    pub(super) fn close_flush(&self, id: u32, report: FlushReport) {
        if let Some(outcome) = self.board().outcomes.get_mut(&id) {
            *outcome = Some(report);
        }
        self.flush_done.notify_all();
    }

    /// The native thread has ended: whoever still waits is told.
    pub(super) fn close_all_flushes(&self) {
        for outcome in self.board().outcomes.values_mut() {
            outcome.get_or_insert_default();
        }
        self.flush_done.notify_all();
    }

    /// Takes the outcome of a flush, waiting for it at most for `timeout`. Whoever has waited in
    /// vain does not come back, so its entry goes too.
    pub(super) fn take_flush(&self, id: u32, timeout: Duration) -> Option<FlushReport> {
        let is_open = |board: &mut FlushBoard| matches!(board.outcomes.get(&id), Some(None));
        let mut board = self.board();
        if !timeout.is_zero() {
            let waited = self.flush_done.wait_timeout_while(board, timeout, is_open);
            board = waited.unwrap_or_else(PoisonError::into_inner).0;
        } else if is_open(&mut board) {
            return None;
        }
        board.outcomes.remove(&id).flatten()
    }

    pub(super) fn abandon_flush(&self, id: u32) {
        self.board().outcomes.remove(&id);
    }
}
