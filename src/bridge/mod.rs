//! The only folder that knows napi: transfer types, the functions that `js/native.ts` calls, and
//! the two places where memory of JS is read. No defaults and no decisions here.
//!
//! One pipeline per process serves every environment (the main thread and workers). An environment
//! that calls `configure` becomes one of its users; when the last user is gone, by `release` or
//! because its environment ended, the pipeline is shut down.

mod config;
mod derive;
mod memory;
mod process;
mod stats;

use std::time::Duration;

use napi::bindgen_prelude::Uint8Array;
use napi::{Env, Result};
use napi_derive::napi;

/// A span is a few hundred small allocations that all die together. The system's allocator made
/// that, and the faulting in of large blocks, a third of the native thread's work.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use self::config::NativeConfig;
use self::derive::Derived;
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
    process::configure(slot, config)
}

/// Takes what is committed in the memory of `slot`.
#[napi]
pub fn submit(slot: u32) {
    memory::submit(slot);
}

/// Begins a flush; `null` when no pipeline runs.
#[napi]
pub fn flush_begin() -> Option<u32> {
    process::current().map(|pipeline| pipeline.flush())
}

/// What became of a flush, once it is done.
#[napi]
pub fn flush_poll(id: u32) -> Option<NativeFlush> {
    process::current()?.poll(id).map(Into::into)
}

/// Nobody will ask for this flush any more.
#[napi]
pub fn flush_abandon(id: u32) {
    if let Some(pipeline) = process::current() {
        pipeline.abandon_flush(id);
    }
}

/// Flushes and blocks this thread until done, or until all such calls together have taken as long
/// as the end of a process may be held up. For the `exit` event.
#[napi]
pub fn flush_blocking() -> Option<NativeFlush> {
    process::current()?.flush_at_exit().map(Into::into)
}

/// The counters of the pipeline that runs, or of the last one.
#[napi]
pub fn stats() -> Option<NativeStats> {
    process::current().map(|pipeline| NativeStats::of(&pipeline))
}

/// This environment no longer uses the pipeline. When it was the last: delivery goes on for up to
/// `grace_ms`, the rest is counted as lost, and `is_finished` tells the end. Whether it was.
#[napi]
pub fn release(slot: u32, grace_ms: u32) -> bool {
    process::release(slot, millis(grace_ms))
}

/// Whether the pipeline that was released last has ended; then its final counters are kept.
#[napi]
pub fn is_finished() -> bool {
    process::is_finished()
}

/// What the parts in `chunk` say, mapped as on the native thread: for JS span processors.
#[napi]
pub fn derive(chunk: &[u8]) -> Derived {
    derive::derive(chunk)
}

fn millis(millis: u32) -> Duration {
    Duration::from_millis(u64::from(millis))
}
