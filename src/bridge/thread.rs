//! How the native thread stands to the host's threads.

#![cfg_attr(target_os = "linux", expect(unsafe_code, reason = "a call of the C library"))]

/// The host comes first: on Linux a thread that is woken may take the CPU from the one that woke
/// it, which here is the event loop handing over its spans. A batch thread has the same share of
/// time and waits for its turn. Elsewhere, and where it is not allowed, nothing changes.
#[cfg(target_os = "linux")]
pub(super) fn give_way() {
    // SAFETY: a plain structure of integers, for which zero is the priority that this policy wants;
    // the call reads it and changes nothing but the scheduling of the calling thread.
    unsafe {
        let parameters: libc::sched_param = std::mem::zeroed();
        libc::sched_setscheduler(0, libc::SCHED_BATCH, &raw const parameters);
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn give_way() {}
