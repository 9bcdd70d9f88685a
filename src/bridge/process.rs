//! The one pipeline of this process and who uses it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use napi::Status;

use super::config::NativeConfig;
use crate::pipeline::{Pipeline, StartError};

#[derive(Default)]
struct Process {
    /// Kept after its end, for its final counters, until the next one starts.
    pipeline: Option<Arc<Pipeline>>,
    /// The slots whose environments use it. Empty: it is shutting down or has ended.
    users: BTreeSet<u32>,
    /// What the pipeline was told last.
    told: Option<NativeConfig>,
}

static PROCESS: Mutex<Option<Process>> = Mutex::new(None);

fn with<T>(act: impl FnOnce(&mut Process) -> T) -> T {
    let mut process: MutexGuard<'_, Option<Process>> =
        PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
    act(process.get_or_insert_default())
}

/// How long a new pipeline waits for the end of the previous one, which was told to stop.
const MAX_WAIT_FOR_PREDECESSOR: Duration = Duration::from_secs(10);

pub(super) fn current() -> Option<Arc<Pipeline>> {
    with(|process| process.pipeline.clone())
}

/// The same words as before only add a user: workers repeat what the main thread said.
pub(super) fn configure(slot: u32, told: NativeConfig) -> napi::Result<()> {
    let config = told.clone().try_into()?;
    with(|process| {
        match &process.pipeline {
            Some(_) if !process.users.is_empty() && process.told.as_ref() == Some(&told) => {}
            Some(pipeline) if !process.users.is_empty() => {
                pipeline.reconfigure(config).map_err(to_js)?;
            }
            predecessor => {
                if let Some(predecessor) = predecessor {
                    predecessor.wait_finished(MAX_WAIT_FOR_PREDECESSOR);
                }
                process.pipeline = Some(Arc::new(Pipeline::start(config).map_err(to_js)?));
            }
        }
        process.told = Some(told);
        process.users.insert(slot);
        Ok(())
    })
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
        let was_last = process.users.remove(&slot) && process.users.is_empty();
        if let Some(pipeline) = process.pipeline.as_ref().filter(|_| was_last) {
            pipeline.begin_shutdown(grace);
        }
        was_last
    })
}

pub(super) fn is_finished() -> bool {
    let waited = |pipeline: Arc<Pipeline>| pipeline.wait_finished(Duration::ZERO);
    current().is_none_or(waited)
}

/// An environment ended. What is held gets what is left of the time for that.
pub(super) fn end_of_environment(slot: u32) {
    /// The thread needs a moment to put things away when its time is up.
    const MARGIN: Duration = Duration::from_millis(50);
    let Some(pipeline) = current() else { return };
    if pipeline.is_exiting() {
        // The main thread is through with its exit, and workers are stopped one by one.
        pipeline.flush_at_exit();
    }
    let grace = pipeline.exit_budget();
    if release(slot, grace) {
        pipeline.wait_finished(grace + MARGIN);
    }
}
