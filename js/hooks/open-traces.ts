/**
 * Gathers the spans of each trace until nothing of it is open any more: a span processor.
 *
 * Open spans are counted and not held, so one that is never ended can be collected. Ended spans are
 * held, up to a bound: beyond it the oldest traces are handed on with what they have, and what ends
 * later makes a further part.
 */
import type { SpanObserver } from "../capture/span-processor.js";
import type { RecordingSpan } from "../capture/span.js";

/** As much as spans may take by default on their way to the collector. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;
/** Traces of which nothing ends take next to nothing, but an app may leave spans open for ever. */
const MAX_OPEN_TRACES = 10_000;
/** A span with its attributes' keys and numbers, about; also an event. */
const BASE_BYTES = 500;

/** A trace, or what there is of it. */
export interface TracePart {
  readonly spans: readonly RecordingSpan[];
  /** How many have started and not ended. */
  readonly openSpans: number;
  readonly bytes: number;
}

interface OpenTrace {
  open: number;
  /** How many of those are another provider's. */
  foreign: number;
  spans: RecordingSpan[];
  bytes: number;
}

export class OpenTraces implements SpanObserver {
  /** By trace id; the one in which something was longest ago to be told comes first. */
  private traces = new Map<string, OpenTrace>();
  private traceOf = new WeakMap<RecordingSpan, OpenTrace>();
  private bytes = 0;

  constructor(private readonly onPart: (part: TracePart) => void) {}

  onStart(span: RecordingSpan): void {
    this.traceOf.set(span, this.start(span.spanContext().traceId));
  }

  onEnd(span: RecordingSpan): void {
    // Without one it started before anybody wanted traces.
    const startedIn = this.traceOf.get(span);
    if (startedIn !== undefined) startedIn.open -= 1;
    this.keep(span, startedIn);
  }

  onForeignStart(traceId: string): void {
    this.start(traceId).foreign += 1;
  }

  /** The copy is made at the end: which start was its own is not known, only that there was one. */
  onForeignEnd(copy: RecordingSpan): void {
    const trace = this.traces.get(copy.spanContext().traceId);
    if (trace !== undefined && trace.foreign > 0) {
      trace.foreign -= 1;
      trace.open -= 1;
    }
    this.keep(copy, trace);
  }

  private start(traceId: string): OpenTrace {
    const trace = this.traces.get(traceId) ?? this.begin(traceId);
    trace.open += 1;
    return trace;
  }

  private keep(span: RecordingSpan, startedIn: OpenTrace | undefined): void {
    const { traceId } = span.spanContext();
    const trace = this.traces.get(traceId) ?? this.begin(traceId, startedIn);
    const bytes = bytesOf(span);
    trace.spans.push(span);
    trace.bytes += bytes;
    this.bytes += bytes;
    if (trace.open === 0) this.finish(traceId, trace);
    while (this.bytes > MAX_HELD_BYTES && this.handOnOldest());
  }

  /** Hands on what there is of every trace. */
  handOnAll(): void {
    for (const trace of this.traces.values()) this.handOn(trace);
  }

  clear(): void {
    this.traces = new Map();
    this.traceOf = new WeakMap();
    this.bytes = 0;
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  private begin(traceId: string, again?: OpenTrace): OpenTrace {
    const trace = again ?? { open: 0, foreign: 0, spans: [], bytes: 0 };
    this.traces.set(traceId, trace);
    if (this.traces.size > MAX_OPEN_TRACES) this.forgetOldest();
    return trace;
  }

  private finish(traceId: string, trace: OpenTrace): void {
    this.traces.delete(traceId);
    this.handOn(trace);
  }

  private forgetOldest(): void {
    for (const [traceId, trace] of this.traces) {
      this.finish(traceId, trace);
      return;
    }
  }

  /** False when there is nothing to hand on. A trace that has been handed on is the newest again. */
  private handOnOldest(): boolean {
    for (const [traceId, trace] of this.traces) {
      this.traces.delete(traceId);
      this.traces.set(traceId, trace);
      if (trace.spans.length === 0) continue;
      this.handOn(trace);
      return true;
    }
    return false;
  }

  private handOn(trace: OpenTrace): void {
    const { spans, bytes, open } = trace;
    if (spans.length === 0) return;
    trace.spans = [];
    trace.bytes = 0;
    this.bytes -= bytes;
    this.onPart({ spans, bytes, openSpans: open });
  }
}

/** About, and cheaply: of what is large. */
function bytesOf({ entries, partBytes, recordedEvents }: RecordingSpan): number {
  let bytes = BASE_BYTES * (1 + (recordedEvents?.length ?? 0));
  for (const entry of entries) if (typeof entry === "string") bytes += entry.length;
  for (const part of partBytes ?? []) bytes += part.length;
  return bytes;
}
