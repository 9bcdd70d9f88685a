/**
 * What became of every span, as the handle tells it.
 */
import type { NativeFlush, NativeStats } from "../index.js";

/** Spans that were lost, and why. */
export interface Loss {
  /** `handoff`: on the way to the native thread; `queue`: while waiting; `export`: at the collector. */
  readonly stage: string;
  /** Such as `queue_full`, `http_400`, `rejected`, `too_large`, `shutdown`. */
  readonly reason: string;
  readonly spans: number;
}

/** Always `started = open + ended` and `ended = queued + delivered + lost`. */
export interface TracingStats {
  readonly started: number;
  /** Started and not ended; also those that never will be. */
  readonly open: number;
  readonly ended: number;
  /** Ended and neither delivered nor lost: waiting, or on their way. */
  readonly queued: number;
  /** Accepted by the collector. */
  readonly delivered: number;
  readonly lost: number;
  readonly losses: readonly Loss[];
  /** Second ends, and sets after a span's end. */
  readonly ignored: number;
  /** Faults of this package, or of a span processor, that were kept from the host. */
  readonly faults: number;
  readonly batches: number;
  readonly requests: number;
  readonly retries: number;
  /** Request bodies as they were sent, so compressed. */
  readonly bytesSent: number;
  /** Memory of what is queued. */
  readonly bytesHeld: number;
  readonly lastError: string | null;
  /** Values in which `redact` found something. */
  readonly redacted: number;
  /** Values that were hidden whole because a rule of `redact` could not be applied to them. */
  readonly redactionFailures: number;
}

/** What a flush achieved. */
export interface FlushResult {
  /** Everything that had ended was accepted by the collector. */
  readonly ok: boolean;
  readonly delivered: number;
  /** Since the last flush. */
  readonly lost: number;
  /** Kept for another attempt: the collector did not take them now. */
  readonly pending: number;
  /** Time ran out; what was not known by then is not in the counts. */
  readonly timedOut: boolean;
}

const NOTHING: NativeStats = {
  started: 0,
  ended: 0,
  queued: 0,
  delivered: 0,
  lost: [],
  ignored: 0,
  faults: 0,
  batches: 0,
  requests: 0,
  retries: 0,
  bytesSent: 0,
  bytesHeld: 0,
  lastError: null,
  redacted: 0,
  redactionFailures: 0,
};

export function statsOf(native: NativeStats | null): TracingStats {
  const { lost: losses, ...rest } = native ?? NOTHING;
  const lost = losses.reduce((sum, { spans }) => sum + spans, 0);
  return { ...rest, open: rest.started - rest.ended, lost, losses };
}

export function flushResultOf(native: NativeFlush | undefined): FlushResult {
  if (native === undefined) {
    return { ok: false, delivered: 0, lost: 0, pending: 0, timedOut: true };
  }
  return { ...native, ok: native.lost === 0 && native.pending === 0, timedOut: false };
}
