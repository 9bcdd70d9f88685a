/**
 * Time for spans: one monotonic clock, `performance.now()`, and the wall-clock time of its zero.
 *
 * A span takes its parent's clock, so inside a trace no child can start before its parent. The
 * monotonic clock stands still while a laptop sleeps, and wall clocks are set; new traces therefore
 * get a new anchor once the two have drifted apart.
 */

/** Milliseconds since 1970 at which `performance.now()` was zero. */
export interface Clock {
  readonly anchor: number;
}

/** Larger than what `Date.now()`'s resolution and a slow look at both clocks can explain. */
const MAX_DRIFT_MS = 25;
const CHECK_EVERY_MS = 1000;

// Taken at load: fake timers of a test framework must not reach into spans.
const wallNow = Date.now.bind(Date);
export const now: () => number = performance.now.bind(performance);

let current: Clock = { anchor: performance.timeOrigin };
let checkedAt = Number.NEGATIVE_INFINITY;

/** The clock for a span that starts a trace here at `at`. */
export function clockForRoot(at: number): Clock {
  if (at - checkedAt >= CHECK_EVERY_MS) {
    checkedAt = at;
    const anchor = wallNow() - at;
    if (Math.abs(anchor - current.anchor) > MAX_DRIFT_MS) current = { anchor };
  }
  return current;
}
