/**
 * What became of every span, as the handle tells it.
 */
import type { NativeFlush, NativeLoss, NativeStats } from "../index.js";

/** Spans that were lost, and why. */
export interface Loss {
  /** `handoff`: on the way to the native thread; `queue`: while waiting; `spool`: on disk; `export`: at
   * the collector. */
  readonly stage: string;
  /** Such as `queue_full`, `http_400`, `rejected`, `too_large`, `shutdown`. */
  readonly reason: string;
  readonly spans: number;
}

/** One destination's part. What was lost before it got there stands in the totals alone. */
export interface DestinationStats {
  readonly name: string;
  /** Nothing secret is in it. */
  readonly endpoint: string;
  /** `false` where an earlier configuration left spans to deliver. */
  readonly isCurrent: boolean;
  readonly queued: number;
  readonly delivered: number;
  /** Its filter leaves them out. */
  readonly filtered: number;
  readonly lost: number;
  readonly losses: readonly Loss[];
  readonly batches: number;
  readonly requests: number;
  readonly retries: number;
  readonly bytesSent: number;
  readonly bytesHeld: number;
  readonly lastError: string | null;
}

/** What the spool did besides keeping spans. All is 0 where there is none. */
export interface SpoolStats {
  /** Spans that other processes had left on disk, for each destination, and this one took over. */
  readonly recovered: number;
  /** Spans that were on disk when tracing ended here, for another process to deliver. */
  readonly left: number;
  /** Spans that waited in memory alone, because the disk did not take them. */
  readonly notSpooled: number;
  /** Files of other processes that this one has taken over and not read yet. */
  readonly orphans: number;
  /** Records on disk, or what might have been some, that could not be read. */
  readonly damaged: number;
}

/**
 * Always `started = open + ended` and `ended = queued + delivered + filtered + sampledOut + lost`; with a
 * spool `ended + spool.recovered = queued + delivered + filtered + sampledOut + lost + spool.left`. With several
 * destinations a span is queued while one of them still holds it, delivered when all that want it
 * have it, lost when one of them has lost it, and `spool.left` when it is on disk for one of them.
 */
export interface TracingStats {
  readonly started: number;
  /** Started and not ended; also those that never will be. */
  readonly open: number;
  readonly ended: number;
  /** Ended and neither delivered nor lost: waiting, or on their way. */
  readonly queued: number;
  /** Accepted by the collector; by all whose filters let it pass. */
  readonly delivered: number;
  /** No destination's filter lets them pass. */
  readonly filtered: number;
  /** In traces that `sample` does not keep; spans of traces that are not decided are `queued`. */
  readonly sampledOut: number;
  /** Of those: in traces that had to be decided before they were finished. */
  readonly sampledOutEarly: number;
  readonly lost: number;
  readonly losses: readonly Loss[];
  /** Second ends, and sets after a span's end. */
  readonly ignored: number;
  /** Faults of this package, or of a span processor, that were kept from the host. */
  readonly faults: number;
  /** Spans of which limits have cut something, each time for each destination. */
  readonly truncated: number;
  readonly batches: number;
  readonly requests: number;
  readonly retries: number;
  /** Request bodies as they were sent, so compressed. */
  readonly bytesSent: number;
  /** Memory of what is queued. */
  readonly bytesHeld: number;
  readonly lastError: string | null;
  readonly spool: SpoolStats;
  readonly destinations: readonly DestinationStats[];
  /** Values in which `redact` found something, each time for each destination, and for the exporters of
   * another provider. */
  readonly redacted: number;
  /** Values that were hidden whole because a rule of `redact` could not be applied: likewise. */
  readonly redactionFailures: number;
}

/** What a flush achieved. */
export interface FlushResult {
  /** Everything that had ended was accepted by the collector. */
  readonly ok: boolean;
  readonly delivered: number;
  /** Since the last flush. */
  readonly lost: number;
  /**
   * Kept for another attempt, counted for each destination that did not take them now; or held by
   * `sample` until their trace is finished.
   */
  readonly pending: number;
  /** Time ran out; what was not known by then is not in the counts. */
  readonly timedOut: boolean;
}

const NOTHING: NativeStats = {
  started: 0,
  ended: 0,
  queued: 0,
  delivered: 0,
  filtered: 0,
  sampledOut: 0,
  sampledOutEarly: 0,
  lost: [],
  ignored: 0,
  faults: 0,
  truncated: 0,
  batches: 0,
  requests: 0,
  retries: 0,
  bytesSent: 0,
  bytesHeld: 0,
  lastError: null,
  spool: { recovered: 0, left: 0, notSpooled: 0, orphans: 0, damaged: 0 },
  destinations: [],
  redacted: 0,
  redactionFailures: 0,
};

export function statsOf(native: NativeStats | null): TracingStats {
  const { destinations, ...counts } = native ?? NOTHING;
  return {
    ...withSum(counts),
    open: counts.started - counts.ended,
    destinations: destinations.map(withSum),
  };
}

function withSum<T extends { lost: NativeLoss[] }>({ lost: losses, ...rest }: T) {
  return { ...rest, lost: losses.reduce((sum, { spans }) => sum + spans, 0), losses };
}

export function flushResultOf(native: NativeFlush | undefined): FlushResult {
  if (native === undefined) {
    return { ok: false, delivered: 0, lost: 0, pending: 0, timedOut: true };
  }
  return { ...native, ok: native.lost === 0 && native.pending === 0, timedOut: false };
}
