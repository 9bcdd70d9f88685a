//! Signals that only we listen for, in a process whose JavaScript does not come to an end: libuv has
//! taken the signal, and the listener in JS never gets its turn. Without us the process would be dead.
//!
//! So our handler stands before libuv's. It starts a timer of the kernel, which sends the same signal
//! once more after a grace, unless JS has answered until then; that one kills. There is no thread
//! for this, and no time is spent on it while no signal comes. Where libuv stops listening it puts
//! back the default, and with that our handler is gone. Only on Linux, which has such timers.

#![cfg_attr(target_os = "linux", expect(unsafe_code, reason = "handlers of signals"))]

#[cfg(target_os = "linux")]
pub(super) use self::linux::{answer, guard};

#[cfg(not(target_os = "linux"))]
pub(super) fn guard(_signal: i32, _grace: std::time::Duration) {}

#[cfg(not(target_os = "linux"))]
pub(super) fn answer(_signal: i32) {}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::{c_int, c_void};
    use std::mem::{transmute, zeroed};
    use std::ptr::{null, null_mut};
    use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
    use std::time::Duration;

    /// What the handler knows of one signal. Set before the handler is, and read by it without locks.
    struct Guard {
        /// The handler that stood there before: libuv's.
        previous: AtomicUsize,
        /// Made once, and kept. The first one of a process may be number 0.
        timer: AtomicPtr<c_void>,
        has_timer: AtomicBool,
        grace_ms: AtomicU64,
        /// Our listener is the only one.
        is_on: AtomicBool,
        /// The signal came and JS has not answered.
        is_waiting: AtomicBool,
    }

    /// Above the number of any signal that a process is ended by.
    const SIGNALS: usize = 32;

    static GUARDS: [Guard; SIGNALS] = [const {
        Guard {
            previous: AtomicUsize::new(0),
            timer: AtomicPtr::new(null_mut()),
            has_timer: AtomicBool::new(false),
            grace_ms: AtomicU64::new(0),
            is_on: AtomicBool::new(false),
            is_waiting: AtomicBool::new(false),
        }
    }; SIGNALS];

    fn guard_of(signal: c_int) -> Option<&'static Guard> {
        GUARDS.get(usize::try_from(signal).ok()?)
    }

    /// JS has begun to listen for `signal`, alone.
    pub(in super::super) fn guard(signal: c_int, grace: Duration) {
        let Some(guard) = guard_of(signal) else { return };
        if !guard.has_timer.load(Ordering::Relaxed) {
            let Some(timer) = new_timer(signal) else { return };
            guard.timer.store(timer, Ordering::Relaxed);
            guard.has_timer.store(true, Ordering::Relaxed);
        }
        let grace_ms = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX);
        guard.grace_ms.store(grace_ms, Ordering::Relaxed);
        guard.is_waiting.store(false, Ordering::Relaxed);
        guard.is_on.store(true, Ordering::Relaxed);
        stand_before(signal, guard);
    }

    /// JS has got the signal, or does not listen any more.
    pub(in super::super) fn answer(signal: c_int) {
        let Some(guard) = guard_of(signal) else { return };
        guard.is_on.store(false, Ordering::Relaxed);
        if guard.is_waiting.swap(false, Ordering::Relaxed) {
            set_timer(guard, Duration::ZERO);
        }
    }

    fn new_timer(signal: c_int) -> Option<libc::timer_t> {
        // SAFETY: a structure of plain numbers, and a place for the result; neither is kept.
        unsafe {
            let mut event: libc::sigevent = zeroed();
            event.sigev_notify = libc::SIGEV_SIGNAL;
            event.sigev_signo = signal;
            let mut timer: libc::timer_t = null_mut();
            let failed = libc::timer_create(libc::CLOCK_MONOTONIC, &raw mut event, &raw mut timer);
            (failed == 0).then_some(timer)
        }
    }

    /// Zero stops it. May be called by a handler.
    fn set_timer(guard: &Guard, after: Duration) {
        // SAFETY: `timer_settime` may be called by a handler, and reads a structure of numbers.
        unsafe {
            let mut times: libc::itimerspec = zeroed();
            times.it_value.tv_sec =
                libc::time_t::try_from(after.as_secs()).unwrap_or(libc::time_t::MAX);
            times.it_value.tv_nsec = after.subsec_nanos().into();
            libc::timer_settime(
                guard.timer.load(Ordering::Relaxed),
                0,
                &raw const times,
                null_mut(),
            );
        }
    }

    /// Puts our handler where a plain one stands. What is ignored or left to the default stays so.
    fn stand_before(signal: c_int, guard: &Guard) {
        // SAFETY: `sigaction` reads and writes the structures that it is given and keeps neither.
        unsafe {
            let mut action: libc::sigaction = zeroed();
            if libc::sigaction(signal, null(), &raw mut action) != 0 {
                return;
            }
            let is_plain = action.sa_flags & libc::SA_SIGINFO == 0
                && action.sa_sigaction != libc::SIG_DFL
                && action.sa_sigaction != libc::SIG_IGN;
            // Ours wants the information, and so is not plain.
            if !is_plain {
                return;
            }
            guard.previous.store(action.sa_sigaction, Ordering::Relaxed);
            action.sa_flags |= libc::SA_SIGINFO;
            action.sa_sigaction = on_signal as *const () as usize;
            libc::sigaction(signal, &raw const action, null_mut());
        }
    }

    /// Only calls what a handler may call.
    extern "C" fn on_signal(signal: c_int, info: *mut libc::siginfo_t, _context: *mut c_void) {
        let Some(guard) = guard_of(signal) else { return };
        // SAFETY: the kernel gives valid information; `errno` is put back as it was found; `previous`
        // was read from where handlers of this form stand.
        unsafe {
            let errno = libc::__errno_location();
            let found = *errno;
            if (*info).si_code == libc::SI_TIMER {
                if guard.is_waiting.load(Ordering::Relaxed) {
                    let mut default: libc::sigaction = zeroed();
                    default.sa_sigaction = libc::SIG_DFL;
                    libc::sigaction(signal, &raw const default, null_mut());
                    // It takes effect when this handler returns.
                    libc::raise(signal);
                }
            } else {
                if guard.is_on.load(Ordering::Relaxed)
                    && !guard.is_waiting.swap(true, Ordering::Relaxed)
                {
                    let grace = guard.grace_ms.load(Ordering::Relaxed);
                    set_timer(guard, Duration::from_millis(grace));
                }
                let previous = guard.previous.load(Ordering::Relaxed);
                if previous != 0 {
                    let previous: extern "C" fn(c_int) = transmute(previous);
                    previous(signal);
                }
            }
            *errno = found;
        }
    }
}
