//! The native thread from its start to its end: the runtime, the loop inside it, and the account of
//! what is left when it ends, however it ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;

use super::StartError;
use super::shared::Shared;
use super::worker::{Command, Worker};
use crate::config::Config;
use crate::stats::Stage;

/// The thread's main function. `ready` is told once whether the pipeline works.
pub(super) fn run(
    config: Config,
    shared: Arc<Shared>,
    inbox: UnboundedReceiver<Command>,
    ready: &SyncSender<Result<(), StartError>>,
) {
    (config.on_thread)();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        // Name look-ups and files, of which some may hang; its threads end when they are idle.
        .max_blocking_threads(8)
        .thread_keep_alive(Duration::from_secs(1))
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = ready.send(Err(StartError::Thread(error.to_string())));
            return;
        }
    };
    let worked = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            match Worker::new(config, Arc::clone(&shared)) {
                Ok(worker) => {
                    let _ = ready.send(Ok(()));
                    worker.work(inbox).await;
                }
                Err(error) => {
                    let _ = ready.send(Err(error));
                }
            }
        });
    }));
    if worked.is_err() {
        let message = "an internal fault stopped the native thread; please report it. Spans from \
                       here on are lost until the next setup()";
        shared.warn("thread_panicked", "", message.to_owned());
    }
    let reason = if worked.is_ok() { "shutdown" } else { "internal_fault" };
    shared.stats.counts().lose_the_rest(Stage::Queue, reason);
    shared.hold_nothing();
    shared.close_all_flushes();
    // A name look-up may hang in the C library; nobody waits for it.
    runtime.shutdown_background();
}
