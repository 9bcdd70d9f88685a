//! The native thread and the handle to it. There is one per process: everything from decoding to
//! delivery happens on it, on a current-thread tokio runtime, and ends with it.
//!
//! The handle's methods are called from JS threads. Only `flush_at_exit`, `settle` and `wait_finished`
//! block, and they are bounded. Memory is bounded too: what would exceed `max_queue_bytes` is turned
//! away at the door, span by span counted.

mod account;
mod claims;
mod flushes;
mod gate;
mod outlet;
mod route;
mod shared;
mod sink;
mod spooling;
mod thread;
mod worker;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

pub use self::flushes::FlushReport;
use self::shared::Shared;
use self::worker::{Command, Reach};
use crate::config::Config;
use crate::export::TargetError;
use crate::handoff::scan;
use crate::stats::{Counts, Stage};

/// What an environment counted since its last chunk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub started: u32,
    pub ended: u32,
    /// Of those that ended: what no record could be written for.
    pub unwritten: u32,
    pub ignored: u32,
    pub faults: u32,
}

impl Tally {
    /// As it is when the environment ends: JS may have been stopped anywhere, also between counting
    /// a span and committing its record. What is not in its last chunk will never be written.
    #[must_use]
    pub fn of_last(self, chunk: &[u8]) -> Self {
        let written = u32::try_from(scan(chunk).ended.len()).unwrap_or(u32::MAX);
        Self { unwritten: self.unwritten.max(self.ended.saturating_sub(written)), ..self }
    }
}

/// Why there is no pipeline.
#[derive(Debug)]
pub enum StartError {
    /// Becomes `CatalystTracingError` with code `INVALID_OPTIONS`.
    Target(TargetError),
    /// Becomes `CatalystTracingError` with code `NATIVE_FAILURE`.
    Thread(String),
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StartError::Target(error) => write!(f, "{error}"),
            StartError::Thread(reason) => write!(f, "the native thread did not start: {reason}"),
        }
    }
}

impl std::error::Error for StartError {}

#[derive(Debug)]
pub struct Pipeline {
    commands: UnboundedSender<Command>,
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    exit_budget: Mutex<Duration>,
    is_exiting: AtomicBool,
}

impl Pipeline {
    /// # Errors
    /// When the thread cannot be started, or the target's certificates are unusable.
    pub fn start(config: Config) -> Result<Self, StartError> {
        let shared = Arc::new(Shared::new(&config));
        let exit_budget = Mutex::new(config.exit_budget);
        let (commands, inbox) = unbounded_channel();
        let (ready, started) = mpsc::sync_channel(1);
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("catalyst-tracing".to_owned())
            .spawn(move || thread::run(config, for_thread, inbox, &ready))
            .map_err(|error| StartError::Thread(error.to_string()))?;
        match started.recv() {
            Ok(Ok(())) => {
                let thread = Mutex::new(Some(thread));
                Ok(Self {
                    commands,
                    shared,
                    thread,
                    exit_budget,
                    is_exiting: AtomicBool::new(false),
                })
            }
            Ok(Err(error)) => Err(error),
            Err(_) => Err(StartError::Thread("it ended at once".to_owned())),
        }
    }

    /// Sends what comes from now on elsewhere; what is held still goes where it was meant to.
    ///
    /// # Errors
    /// When the new target is unusable; the old one stays.
    pub fn reconfigure(&self, config: Config) -> Result<(), StartError> {
        let (done, outcome) = mpsc::sync_channel(1);
        let (max_queue_bytes, exit_budget) = (config.max_queue_bytes, config.exit_budget);
        let gone = || StartError::Thread("it has been shut down".to_owned());
        self.send(Command::Reconfigure { config: Box::new(config), done }).map_err(|_| gone())?;
        outcome.recv().map_err(|_| gone())??;
        self.shared.set_max_bytes(max_queue_bytes);
        self.set_exit_budget(exit_budget);
        Ok(())
    }

    /// Takes over a chunk. What does not fit is counted as lost, and its spans are forgotten.
    pub fn submit(&self, chunk: &[u8], tally: Tally) {
        {
            let mut counts = self.shared.stats.counts();
            counts.started += u64::from(tally.started);
            counts.ended += u64::from(tally.ended);
            counts.queued += u64::from(tally.ended);
            counts.ignored += u64::from(tally.ignored);
            counts.faults += u64::from(tally.faults);
            counts.lose(Stage::Handoff, "unwritten", u64::from(tally.unwritten));
        }
        let written = tally.ended.saturating_sub(tally.unwritten);
        if chunk.is_empty() {
            return;
        }
        let turned_away = if self.shared.reserve(chunk.len()) {
            let command = Command::Chunk { bytes: chunk.to_vec(), ended: written };
            match self.send(command) {
                Ok(()) => return,
                Err(_) => {
                    self.shared.release(chunk.len());
                    "shut_down"
                }
            }
        } else {
            "queue_full"
        };
        self.shared.stats.counts().lose(Stage::Handoff, turned_away, u64::from(written));
        let _ = self.send(Command::Forget(scan(chunk)));
    }

    fn send(&self, command: Command) -> Result<(), Command> {
        self.commands.send(command).map_err(|refused| refused.0)
    }

    /// Begins a flush of everything submitted so far; [`Pipeline::poll`] tells its outcome.
    pub fn flush(&self) -> u32 {
        self.begin_flush(Reach::Everyone)
    }

    fn begin_flush(&self, reach: Reach) -> u32 {
        let id = self.shared.open_flush();
        if self.send(Command::Flush { id, reach }).is_err() {
            self.shared.close_flush(id, FlushReport::default());
        }
        id
    }

    /// The outcome of a flush, once, when there is one.
    pub fn poll(&self, id: u32) -> Option<FlushReport> {
        self.shared.take_flush(id, Duration::ZERO)
    }

    /// Flushes and blocks until done, or until nothing is left of the exit budget.
    pub fn flush_at_exit(&self) -> Option<FlushReport> {
        self.flush_at_exit_for(Duration::MAX)
    }

    /// As `flush_at_exit`, and for no longer than `limit`.
    pub fn flush_at_exit_for(&self, limit: Duration) -> Option<FlushReport> {
        self.is_exiting.store(true, Ordering::Relaxed);
        let _ = self.send(Command::DecideAll);
        let budget = self.exit_budget();
        let began = Instant::now();
        let report = self.shared.take_flush(self.begin_flush(Reach::AtExit), budget.min(limit));
        self.set_exit_budget(budget.saturating_sub(began.elapsed()));
        report
    }

    /// Blocks until everything submitted so far has been tried at the destination of today, at most
    /// for `timeout`; whether it was.
    pub fn settle(&self, timeout: Duration) -> bool {
        self.shared.take_flush(self.begin_flush(Reach::Current), timeout).is_some()
    }

    /// Whether the process has begun to exit.
    pub fn is_exiting(&self) -> bool {
        self.is_exiting.load(Ordering::Relaxed)
    }

    /// For how much longer the end of the process may be held up.
    pub fn exit_budget(&self) -> Duration {
        *self.exit_budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_exit_budget(&self, budget: Duration) {
        *self.exit_budget.lock().unwrap_or_else(PoisonError::into_inner) = budget;
    }

    /// Nobody will ask for this flush any more.
    pub fn abandon_flush(&self, id: u32) {
        self.shared.abandon_flush(id);
    }

    pub fn stats(&self) -> Counts {
        let mut counts = self.shared.stats.counts().clone();
        (counts.redacted, counts.redaction_failures) = self.shared.redactions.counts();
        counts.truncated = self.shared.truncated.load(Ordering::Relaxed);
        counts
    }

    pub fn held_bytes(&self) -> usize {
        self.shared.held_bytes()
    }

    /// Asks the thread to deliver what is held within `grace`, to count the rest as lost, and to
    /// end. Later chunks are turned away.
    pub fn begin_shutdown(&self, grace: Duration) {
        let _ = self.send(Command::Shutdown { grace });
    }

    pub fn is_finished(&self) -> bool {
        self.thread().as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Blocks until the thread has ended, at most for `timeout`; whether it has.
    pub fn wait_finished(&self, timeout: Duration) -> bool {
        const POLL: Duration = Duration::from_millis(1);
        let deadline = Instant::now() + timeout;
        while !self.is_finished() {
            if Instant::now() >= deadline {
                return false;
            }
            std::thread::sleep(POLL);
        }
        if let Some(thread) = self.thread().take() {
            // Its panics were caught and counted where they happened.
            let _ = thread.join();
        }
        true
    }

    fn thread(&self) -> std::sync::MutexGuard<'_, Option<JoinHandle<()>>> {
        self.thread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
