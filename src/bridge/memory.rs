//! The memory that JS writes records into and that is read here: when JS says so (`submit`), and
//! once more when its environment ends, however that came about. So what a worker had written
//! before `terminate()` is not lost.
//!
//! The memory begins with a header of little-endian u32, all written by JS (`js/handoff/outbox.ts`):
//! the end of the last whole record, and what was counted since the last submit.

#![expect(unsafe_code, reason = "memory of JS is read through a pointer that JS keeps alive")]

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use napi::bindgen_prelude::{ToNapiValue, Uint8Array};
use napi::{Env, Error, Result, Status, sys};

use super::process;
use crate::pipeline::Tally;

/// committed, started, ended, ignored, faults, unwritten, whether JS is ending, and a spare one.
const HEADER_BYTES: usize = 32;

struct Memory {
    start: *const u8,
    length: usize,
    /// Keeps the typed array, and so its memory, from being collected.
    keep_alive: sys::napi_ref,
}

// SAFETY: the pointers are only followed on the thread of the environment that they came from: by
// functions that it calls and by its own clean-up hook. The map that holds them is what is shared.
unsafe impl Send for Memory {}

#[derive(Default)]
struct Slots {
    last: u32,
    memories: HashMap<u32, Memory>,
}

static SLOTS: Mutex<Option<Slots>> = Mutex::new(None);

fn slots() -> MutexGuard<'static, Option<Slots>> {
    SLOTS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    fn of(env: Env, array: Uint8Array) -> Result<Self> {
        let (start, length) = (array.as_ptr(), array.len());
        if length < HEADER_BYTES {
            return Err(Error::new(Status::InvalidArg, "the memory is smaller than its header"));
        }
        let mut keep_alive = std::ptr::null_mut();
        // SAFETY: `env` is the environment of the call that we are in, and the array came with it.
        let status = unsafe {
            let value = Uint8Array::to_napi_value(env.raw(), array)?;
            sys::napi_create_reference(env.raw(), value, 1, &raw mut keep_alive)
        };
        if status == sys::Status::napi_ok {
            Ok(Self { start, length, keep_alive })
        } else {
            Err(Error::new(Status::GenericFailure, "the memory cannot be referenced"))
        }
    }

    fn release(&self, env: Env) {
        // SAFETY: the reference was made in this environment and is deleted once. Where that fails
        // the array merely lives on.
        unsafe { sys::napi_delete_reference(env.raw(), self.keep_alive) };
    }

    fn read(&self, is_last: bool) -> (&[u8], Tally) {
        // SAFETY: JS holds the array through `keep_alive`, does not detach or resize it, and is not
        // running: we are inside a call of its thread, or its environment is ending.
        let bytes = unsafe { std::slice::from_raw_parts(self.start, self.length) };
        let word = |index: usize| {
            let raw = bytes.get(index * 4..).and_then(<[u8]>::first_chunk);
            raw.map_or(0, |raw| u32::from_le_bytes(*raw))
        };
        let tally = Tally {
            started: word(1),
            ended: word(2),
            ignored: word(3),
            faults: word(4),
            unwritten: word(5),
        };
        let records = bytes.get(HEADER_BYTES..word(0) as usize).unwrap_or_default();
        let is_last = is_last || word(6) != 0;
        (records, if is_last { tally.of_last(records) } else { tally })
    }
}

pub(super) fn attach(env: Env, array: Uint8Array) -> Result<u32> {
    let memory = Memory::of(env, array)?;
    let slot = {
        let mut slots = slots();
        let slots = slots.get_or_insert_default();
        slots.last += 1;
        slots.memories.insert(slots.last, memory);
        slots.last
    };
    env.add_env_cleanup_hook(slot, |slot| {
        hand_over(slot, true);
        if let Some(slots) = slots().as_mut() {
            slots.memories.remove(&slot);
        }
        process::end_of_environment(slot);
    })?;
    Ok(slot)
}

pub(super) fn reattach(env: Env, slot: u32, array: Uint8Array) -> Result<()> {
    let memory = Memory::of(env, array)?;
    let mut slots = slots();
    if let Some(previous) = slots.get_or_insert_default().memories.insert(slot, memory) {
        previous.release(env);
    }
    Ok(())
}

pub(super) fn submit(slot: u32) {
    hand_over(slot, false);
}

fn hand_over(slot: u32, is_last: bool) {
    let Some(pipeline) = process::pipeline_of(slot) else {
        return;
    };
    if let Some(memory) = slots().as_ref().and_then(|slots| slots.memories.get(&slot)) {
        let (records, tally) = memory.read(is_last);
        pipeline.submit(records, tally);
    }
}
