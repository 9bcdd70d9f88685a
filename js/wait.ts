/**
 * Waiting for the native thread. It is asked now and then instead of calling back: a callback from
 * a native thread would have to be held by it, and such handles keep processes alive and crash
 * environments that are ending.
 */

// Taken at load: fake timers of a test framework must not make a flush hang.
const { clearTimeout, setTimeout } = globalThis;
const now = performance.now.bind(performance);

const FIRST_PAUSE_MS = 1;
const MAX_PAUSE_MS = 20;
const PAUSE_GROWTH = 1.3;

/** What `ask` answers once it answers; `undefined` when it has not within the time. */
export async function pollUntil<T>(
  ask: () => T | null | undefined,
  timeoutMs: number,
): Promise<T | undefined> {
  const deadline = now() + timeoutMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * PAUSE_GROWTH, MAX_PAUSE_MS)) {
    const answer = ask();
    if (answer !== null && answer !== undefined) return answer;
    const left = deadline - now();
    if (left <= 0) return undefined;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, left)));
  }
}

/** Resolves with the promise, or when the time is over: other people's promises may never settle. */
export async function within(promise: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  try {
    await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** The largest delay of a timer; more would mean at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** A duration that somebody gave, if it is one. */
export function durationOr(given: unknown, fallback: number): number {
  if (typeof given !== "number" || Number.isNaN(given)) return fallback;
  return Math.min(Math.max(given, 0), MAX_DELAY_MS);
}
