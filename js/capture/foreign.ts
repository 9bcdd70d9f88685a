/**
 * Finished spans of another OpenTelemetry SDK, as its span processors get them, on our way to the
 * collector: each becomes a span of ours and is written like one.
 *
 * Such a span is somebody else's object, which may throw whenever it is looked at. What cannot be
 * read is left out and counted as a fault; only a span without identifiers is lost.
 */
import {
  type Attributes,
  type Context,
  isSpanContextValid,
  isValidSpanId,
  type SpanContext,
  SpanStatusCode,
  trace,
  TraceFlags,
} from "@opentelemetry/api";

import { nameText } from "../handoff/stand-ins.js";
import { type Clock, now } from "./clock.js";
import type {
  ForeignEvent,
  ForeignSpan,
  ForeignSpanSink,
  StartedForeignSpan,
} from "./foreign-span.js";
import { wordOf } from "./ids.js";
import { asRecord, inheritedAt } from "./inherited.js";
import type { Recorder, Scope } from "./recorder.js";
import { type Dropped, RecordingSpan } from "./span.js";
import { toHrTime } from "./time.js";
import { kindOrInternal } from "./tracer.js";

/** What is known of a span from its start. */
interface Seen {
  readonly by: object;
  readonly parentIsRemote: boolean;
  hasEnded: boolean;
}

export class ForeignSpans implements ForeignSpanSink {
  private readonly seen = new WeakMap<ForeignSpan, Seen>();
  /** All times of such spans are absolute. */
  private readonly clock: Clock = { anchor: performance.timeOrigin };

  /** @param screen - what of attributes may go onto spans whose exporters are not ours */
  constructor(
    private readonly recorder: Recorder,
    private readonly screen: (attributes: Attributes) => Attributes,
  ) {}

  started(span: StartedForeignSpan, context: Context, by: object): void {
    const { recorder } = this;
    if (!recorder.isRecording) return;
    recorder.guard(() => {
      if (span instanceof RecordingSpan || this.seen.has(span) || isSampledOut(span)) return;
      const parentIsRemote = trace.getSpanContext(context)?.isRemote === true;
      this.seen.set(span, { by, parentIsRemote, hasEnded: false });
      recorder.startCopy(() => span.spanContext().traceId);
      this.inherit(span, context);
    });
  }

  ended(span: ForeignSpan, by: object): void {
    const { recorder } = this;
    if (!recorder.isRecording || span instanceof RecordingSpan) return;
    recorder.guard(() => {
      const seen = this.seen.get(span) ?? this.startedBefore(span, by);
      if (seen === undefined || seen.by !== by || seen.hasEnded) return;
      seen.hasEnded = true;
      recorder.endCopy(() => this.copy(span, seen.parentIsRemote));
    });
  }

  private inherit(span: StartedForeignSpan, context: Context): void {
    const inherited = inheritedAt(context);
    if (inherited === undefined) return;
    const { attributes } = span;
    const missing = Object.entries(asRecord(inherited)).filter(
      ([key]) => attributes[key] === undefined,
    );
    if (missing.length === 0) return;
    for (const [key, value] of Object.entries(this.screen(Object.fromEntries(missing)))) {
      if (value !== undefined) span.setAttribute(key, value);
    }
  }

  /** For a span that started before there was a processor, or a pipeline. */
  private startedBefore(span: ForeignSpan, by: object): Seen | undefined {
    if (isSampledOut(span)) return undefined;
    const seen = { by, parentIsRemote: false, hasEnded: false };
    this.seen.set(span, seen);
    this.recorder.startCopy(() => span.spanContext().traceId);
    return seen;
  }

  private copy(span: ForeignSpan, parentIsRemote: boolean): RecordingSpan {
    const { recorder, clock } = this;
    const { traceId, spanId, traceFlags, traceState } = identifiers(span);
    const parent = this.parentOf(span);
    const copy = new RecordingSpan(
      recorder,
      this.scopeOf(span),
      nameText(this.read(span, "name")),
      kindOrInternal(this.read(span, "kind")),
      wordOf(traceId, 0),
      wordOf(traceId, 1),
      wordOf(traceId, 2),
      wordOf(traceId, 3),
      wordOf(spanId, 0),
      wordOf(spanId, 1),
      parent === undefined ? 0 : wordOf(parent.spanId, 0),
      parent === undefined ? 0 : wordOf(parent.spanId, 1),
      traceState,
      parent?.isRemote ?? parentIsRemote,
      clock,
      toHrTime(this.read(span, "startTime"), clock) ?? now(),
      traceFlags,
    );
    copy.setAttributes(this.read(span, "attributes") ?? {});
    for (const event of listOf(this.read(span, "events"))) this.copyEvent(copy, event);
    copy.addLinks([...listOf(this.read(span, "links"))]);
    copy.setStatus(this.read(span, "status") ?? { code: SpanStatusCode.UNSET });
    copy.dropped = this.droppedOf(span);
    copy.endAt = toHrTime(this.read(span, "endTime"), clock) ?? now();
    return copy;
  }

  private copyEvent(copy: RecordingSpan, event: ForeignEvent): void {
    this.recorder.guard(() => copy.addEvent(event.name, event.attributes ?? {}, event.time));
  }

  private parentOf(span: ForeignSpan): { spanId: string; isRemote?: boolean } | undefined {
    const context = this.read(span, "parentSpanContext");
    if (context !== undefined) {
      const { spanId, isRemote = false } = context;
      return isValidSpanId(spanId) ? { spanId, isRemote } : undefined;
    }
    const spanId = this.read(span, "parentSpanId");
    return spanId !== undefined && isValidSpanId(spanId) ? { spanId } : undefined;
  }

  private scopeOf(span: ForeignSpan): Scope {
    const scope =
      this.read(span, "instrumentationScope") ?? this.read(span, "instrumentationLibrary");
    return { name: nameText(scope?.name), version: nameText(scope?.version) };
  }

  private droppedOf(span: ForeignSpan): Dropped | undefined {
    const attributes = countOf(this.read(span, "droppedAttributesCount"));
    const events = countOf(this.read(span, "droppedEventsCount"));
    const links = countOf(this.read(span, "droppedLinksCount"));
    return attributes + events + links === 0 ? undefined : { attributes, events, links };
  }

  /** `undefined` where there is nothing, or where looking throws. */
  private read<K extends keyof ForeignSpan>(span: ForeignSpan, key: K): ForeignSpan[K] | undefined {
    try {
      return span[key] ?? undefined;
    } catch (fault) {
      this.recorder.report(fault);
      return undefined;
    }
  }
}

/** What the span says itself stands. */
/** Then its own SDK does not export it either. */
function isSampledOut(span: ForeignSpan): boolean {
  try {
    return (span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0;
  } catch {
    return false; // its end will be counted as lost
  }
}

function identifiers(span: ForeignSpan): SpanContext {
  const context = span.spanContext();
  if (!isSpanContextValid(context)) throw new TypeError("a span without valid identifiers");
  return context;
}

function listOf<T>(value: readonly T[] | undefined): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [];
}

function countOf(value: unknown): number {
  return typeof value === "number" && value > 0 ? Math.min(Math.trunc(value), MAX_COUNT) : 0;
}

/** What the handoff format has room for. */
const MAX_COUNT = 0x7fff_ffff;
