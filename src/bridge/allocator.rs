//! The addon's allocator. A span is a few hundred small allocations that all die together. The
//! system's allocator made that, and the faulting in of large blocks, a third of the native thread's
//! work. A sanitizer only sees what the system's allocator gives out.

#![cfg_attr(not(sanitized), expect(unsafe_code, reason = "calls that mimalloc's crate lacks"))]

#[cfg(not(sanitized))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Lets memory that is free stay with the process for a second, as mimalloc 3 does, and not for 10
/// ms. Batches are milliseconds apart: what one had given back was faulted in again for the next, page
/// by page, and partly on the event loop. `MIMALLOC_PURGE_DELAY` still decides where it is set.
#[cfg(not(sanitized))]
pub(super) fn keep_freed_memory() {
    use std::ffi::{c_int, c_long};
    use std::sync::Once;

    unsafe extern "C" {
        fn mi_option_get(option: c_int) -> c_long;
        fn mi_option_set(option: c_int, value: c_long);
    }

    /// `mi_option_purge_delay` of mimalloc 2, by its default told from any other option.
    const PURGE_DELAY: c_int = 15;
    const DEFAULT_MS: c_long = 10;
    const WANTED_MS: c_long = 1_000;

    static ONCE: Once = Once::new();
    // SAFETY: both take any number for the option and access nothing but mimalloc's table of options,
    // whose entries are words that mimalloc too fills in on first use, from whichever thread asks.
    ONCE.call_once(|| unsafe {
        if mi_option_get(PURGE_DELAY) == DEFAULT_MS {
            mi_option_set(PURGE_DELAY, WANTED_MS);
        }
    });
}

#[cfg(sanitized)]
pub(super) fn keep_freed_memory() {}
