//! The only folder that knows napi: transfer types, the functions that `js/native.ts` calls, and
//! the two places where memory of JS is read. No defaults and no decisions here.
//!
//! One pipeline serves every environment of the process (the main thread and workers), except those
//! that keep their spans in memory, which have one each. An environment that calls `configure`
//! becomes one of its users; when the last user is gone, by `release` or because its environment
//! ended, the pipeline is shut down.

mod allocator;
mod config;
mod derive;
mod filter;
mod gate;
mod hide;
mod limits;
mod memory;
mod policy;
mod process;
mod signals;
mod spool;
mod stats;
mod thread;

use std::time::Duration;

use napi::bindgen_prelude::Uint8Array;
use napi::{Env, Error, Result, Status};
use napi_derive::napi;

use self::config::NativeConfig;
use self::derive::{Derived, DerivedAttribute, Screened};
use self::policy::NativePolicy;
use self::spool::NativeSpoolSurvey;
use self::stats::{NativeFlush, NativeStats};

/// Registers this environment and the memory through which its spans come. Returns the slot that
/// the other functions ask for.
#[napi]
pub fn attach(env: Env, memory: Uint8Array) -> Result<u32> {
    memory::attach(env, memory)
}

/// Says that the spans of `slot` come through other memory from now on.
#[napi]
pub fn reattach(env: Env, slot: u32, memory: Uint8Array) -> Result<()> {
    memory::reattach(env, slot, memory)
}

/// Starts the pipeline for this environment, or reconfigures the one that runs.
#[napi]
pub fn configure(slot: u32, config: NativeConfig) -> Result<()> {
    allocator::keep_freed_memory();
    process::configure(slot, config)
}

/// Takes what is committed in the memory of `slot`.
#[napi]
pub fn submit(slot: u32) {
    memory::submit(slot);
}

/// Begins a flush; `null` when no pipeline runs.
#[napi]
pub fn flush_begin(slot: u32) -> Option<u32> {
    process::pipeline_of(slot).map(|pipeline| pipeline.flush())
}

/// What became of a flush, once it is done.
#[napi]
pub fn flush_poll(slot: u32, id: u32) -> Option<NativeFlush> {
    process::pipeline_of(slot)?.poll(id).map(Into::into)
}

/// Nobody will ask for this flush any more.
#[napi]
pub fn flush_abandon(slot: u32, id: u32) {
    if let Some(pipeline) = process::pipeline_of(slot) {
        pipeline.abandon_flush(id);
    }
}

/// Flushes and blocks this thread until done, or until all such calls together have taken as long
/// as the end of a process may be held up; this one for `max_ms` at most, if that is given. For the
/// `exit` event, and for signals.
#[napi]
pub fn flush_blocking(slot: u32, max_ms: Option<u32>) -> Option<NativeFlush> {
    let limit = max_ms.map_or(Duration::MAX, millis);
    process::pipeline_of(slot)?.flush_at_exit_for(limit).map(Into::into)
}

/// What the environment of `slot` kept in memory since the last call, everything submitted so far
/// included: requests as OTLP/JSON. Blocks this thread until the native one has done its work.
#[napi]
pub fn take_kept(slot: u32) -> Result<Vec<String>> {
    /// Nothing but work has to be waited for, so only a fault takes so long.
    const MAX_WAIT: Duration = Duration::from_secs(60);
    let failed = |why: String| Error::new(Status::GenericFailure, why);
    if process::own_pipeline_of(slot).is_some_and(|pipeline| !pipeline.settle(MAX_WAIT)) {
        return Err(failed(format!("the native thread has not answered for {MAX_WAIT:?}")));
    }
    let Some(memory) = process::memory_of(slot) else { return Ok(Vec::new()) };
    memory.take_json().map_err(|error| failed(error.to_string()))
}

/// The attributes that tell what a model call cost, from those that the environment of `slot` has
/// of its span. None where no cost is wanted, or known.
#[napi]
pub fn price(slot: u32, attributes: Vec<DerivedAttribute>) -> Vec<DerivedAttribute> {
    process::prices_of(slot).map_or_else(Vec::new, |prices| derive::price(attributes, &prices))
}

/// The counters of the pipeline that `slot` uses, or used last.
#[napi]
pub fn stats(slot: u32) -> Option<NativeStats> {
    process::pipeline_of(slot).map(|pipeline| NativeStats::of(&pipeline))
}

/// This environment no longer uses the pipeline. When it was the last: delivery goes on for up to
/// `grace_ms`, the rest is counted as lost, and `is_finished` tells the end. Whether it was.
#[napi]
pub fn release(slot: u32, grace_ms: u32) -> bool {
    process::release(slot, millis(grace_ms))
}

/// Whether the pipeline that `slot` released has ended; then its final counters are kept.
#[napi]
pub fn is_finished(slot: u32) -> bool {
    process::is_finished(slot)
}

/// JS listens for this signal, and nobody else does. If it does not answer within `grace_ms` when the
/// signal comes, because it does not come to that, the signal kills.
#[napi]
pub fn guard_signal(signal: i32, grace_ms: u32) {
    signals::guard(signal, millis(grace_ms));
}

/// JS has heard the signal, or does not listen for it any more.
#[napi]
pub fn answer_signal(signal: i32) {
    signals::answer(signal);
}

/// What the parts in `chunk` say, mapped as on the native thread: for JS span processors.
#[napi]
pub fn derive(chunk: &[u8]) -> Derived {
    derive::derive(chunk)
}

/// What may leave the process of attributes that go onto a span of somebody else's: those of the
/// span, or of the event of that name.
#[napi]
pub fn screen(
    attributes: Vec<DerivedAttribute>,
    event: Option<String>,
    policy: NativePolicy,
) -> Result<Screened> {
    derive::screen(attributes, event.as_deref(), policy)
}

/// What lies in a spool's directory, by the process that left it there, the oldest first.
#[napi]
pub fn spool_survey(dir: String) -> Result<Vec<NativeSpoolSurvey>> {
    spool::look(&dir)
}

/// Deletes what no process has in hand, and returns what it was in all.
#[napi]
pub fn spool_clear(dir: String) -> Result<NativeSpoolSurvey> {
    spool::remove(&dir)
}

fn millis(millis: u32) -> Duration {
    Duration::from_millis(u64::from(millis))
}
