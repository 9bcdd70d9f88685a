//! The pipelines of this process and who uses them: one that environments share, and one for each
//! environment that keeps its spans in memory. The latter are tests, several of which may run in
//! one process, and none has a use for another's spans.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use napi::Status;

use super::config::NativeConfig;
use crate::config::Config;
use crate::cost::Prices;
use crate::export::Memory;
use crate::pipeline::{Pipeline, StartError};

/// Kept after its end, for its final counters, until the next one starts.
struct Running {
    pipeline: Arc<Pipeline>,
    /// The slots whose environments use it. Empty: it is shutting down or has ended.
    users: BTreeSet<u32>,
    /// What it was told last.
    told: NativeConfig,
}

#[derive(Default)]
struct Process {
    shared: Option<Running>,
    /// By slot.
    own: HashMap<u32, Running>,
    /// By slot; outlives its pipeline.
    memories: HashMap<u32, Arc<Memory>>,
    /// By slot, where cost is wanted.
    prices: HashMap<u32, Arc<Prices>>,
}

static PROCESS: Mutex<Option<Process>> = Mutex::new(None);

fn with<T>(act: impl FnOnce(&mut Process) -> T) -> T {
    let mut process: MutexGuard<'_, Option<Process>> =
        PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
    act(process.get_or_insert_default())
}

/// How long a new pipeline waits for the end of the previous one, which was told to stop.
const MAX_WAIT_FOR_PREDECESSOR: Duration = Duration::from_secs(10);

impl Process {
    fn of(&self, slot: u32) -> Option<&Running> {
        self.own.get(&slot).or(self.shared.as_ref())
    }

    /// The pipeline of its own that `slot` has, or the shared one where nobody else uses that: so
    /// spans that are open go on to the end.
    fn take_for_itself(&mut self, slot: u32) -> Option<Running> {
        if let Some(own) = self.own.remove(&slot) {
            return Some(own);
        }
        if self.shared.as_ref()?.users == BTreeSet::from([slot]) {
            return self.shared.take();
        }
        if let Some(shared) = &mut self.shared {
            shared.users.remove(&slot);
        }
        None
    }
}

impl Running {
    /// Whether this was the last user, for whom the pipeline now shuts down.
    fn release(&mut self, slot: u32, grace: Duration) -> bool {
        let was_last = self.users.remove(&slot) && self.users.is_empty();
        if was_last {
            self.pipeline.begin_shutdown(grace);
        }
        was_last
    }
}

pub(super) fn pipeline_of(slot: u32) -> Option<Arc<Pipeline>> {
    with(|process| process.of(slot).map(|running| Arc::clone(&running.pipeline)))
}

/// The pipeline that keeps the spans of `slot` in memory.
pub(super) fn own_pipeline_of(slot: u32) -> Option<Arc<Pipeline>> {
    with(|process| process.own.get(&slot).map(|running| Arc::clone(&running.pipeline)))
}

pub(super) fn memory_of(slot: u32) -> Option<Arc<Memory>> {
    with(|process| process.memories.get(&slot).cloned())
}

pub(super) fn prices_of(slot: u32) -> Option<Arc<Prices>> {
    with(|process| process.prices.get(&slot).cloned())
}

pub(super) fn configure(slot: u32, told: NativeConfig) -> napi::Result<()> {
    with(|process| {
        let memory = Arc::clone(process.memories.entry(slot).or_default());
        let config = told.clone().into_config(&memory)?;
        process.prices.remove(&slot);
        process.prices.extend(config.gate.prices.clone().map(|prices| (slot, prices)));
        if told.is_kept_in_memory() {
            let mut place = process.take_for_itself(slot);
            let outcome = tell(&mut place, slot, told, config);
            process.own.extend(place.map(|running| (slot, running)));
            outcome
        } else {
            if let Some(mut own) = process.own.remove(&slot) {
                own.release(slot, Duration::ZERO);
            }
            tell(&mut process.shared, slot, told, config)
        }
    })
}

/// The same words as before only add a user: workers repeat what the main thread said.
fn tell(
    place: &mut Option<Running>,
    slot: u32,
    told: NativeConfig,
    config: Config,
) -> napi::Result<()> {
    match place {
        Some(running) if !running.users.is_empty() => {
            if running.told != told {
                running.pipeline.reconfigure(config).map_err(to_js)?;
                running.told = told;
            }
            running.users.insert(slot);
        }
        predecessor => {
            if let Some(Running { pipeline, .. }) = predecessor {
                pipeline.wait_finished(MAX_WAIT_FOR_PREDECESSOR);
            }
            let pipeline = Arc::new(Pipeline::start(config).map_err(to_js)?);
            *predecessor = Some(Running { pipeline, users: BTreeSet::from([slot]), told });
        }
    }
    Ok(())
}

fn to_js(error: StartError) -> napi::Error {
    let status = match error {
        StartError::Target(_) => Status::InvalidArg,
        StartError::Thread(_) => Status::GenericFailure,
    };
    napi::Error::new(status, error.to_string())
}

/// Whether this was the last user, for whom the pipeline now shuts down.
pub(super) fn release(slot: u32, grace: Duration) -> bool {
    with(|process| {
        let own = process.own.get_mut(&slot);
        own.or(process.shared.as_mut()).is_some_and(|running| running.release(slot, grace))
    })
}

pub(super) fn is_finished(slot: u32) -> bool {
    let waited = |pipeline: Arc<Pipeline>| pipeline.wait_finished(Duration::ZERO);
    pipeline_of(slot).is_none_or(waited)
}

/// An environment ended. What is held gets what is left of the time for that.
pub(super) fn end_of_environment(slot: u32) {
    /// The thread needs a moment to put things away when its time is up.
    const MARGIN: Duration = Duration::from_millis(50);
    if let Some(pipeline) = pipeline_of(slot) {
        if pipeline.is_exiting() {
            // The main thread is through with its exit, and workers are stopped one by one.
            pipeline.flush_at_exit();
        }
        let grace = pipeline.exit_budget();
        if release(slot, grace) {
            pipeline.wait_finished(grace + MARGIN);
        }
    }
    with(|process| {
        process.own.remove(&slot);
        process.memories.remove(&slot);
        process.prices.remove(&slot);
    });
}
