/**
 * A span that is being recorded: a small object that keeps what was set and is written out once, at
 * its end. It is OpenTelemetry's `Span` to whoever writes to it, and its `ReadableSpan` to span
 * processors.
 *
 * No method throws, whatever it is given. Nothing can be set after the end; such calls are counted.
 * Nobody but its users and its context holds a span: one that is never ended can be collected.
 */
import {
  type Attributes,
  type Exception,
  type HrTime,
  isSpanContextValid,
  type Link,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
  type TraceState,
} from "@opentelemetry/api";

import { type PartKind, PartReference } from "../handoff/parts.js";
import { isLeftOut, nameText, prepare } from "../handoff/stand-ins.js";
import { type Clock, now } from "./clock.js";
import { exceptionAttributes } from "./exception.js";
import { hex } from "./ids.js";
import type { Inherited } from "./inherited.js";
import { ReadableView } from "./readable.js";
import type { Recorder, Scope } from "./recorder.js";
import { isBefore, onClock, toHrTime } from "./time.js";

/** A moment: a reading of the span's clock, or what the caller said. */
export type Moment = number | HrTime;

export interface RecordedEvent {
  readonly name: string;
  readonly at: Moment;
  readonly attributes: Attributes;
}

/** What a span was too large for where it was recorded. */
export interface Dropped {
  readonly attributes: number;
  readonly events: number;
  readonly links: number;
}

export class RecordingSpan extends ReadableView implements Span {
  /** Keys and values in turn, in the order in which they were set; the last one counts. */
  readonly entries: unknown[] = [];
  recordedEvents: RecordedEvent[] | undefined;
  recordedLinks: Link[] | undefined;
  statusCode: SpanStatusCode = SpanStatusCode.UNSET;
  statusMessage: string | undefined;
  endAt: Moment | undefined;
  parts = 0;
  isWatched = false;
  /** Among the spans that are open, where those are known. */
  place: number | undefined;
  /** What the parts were, kept only while span processors want to read spans. */
  partBytes: Uint8Array[] | undefined;
  /** Of a span of another SDK; nothing of ours is dropped. */
  dropped: Dropped | undefined;
  /** What its children get too, where their context does not say. */
  inherited: Inherited | undefined;
  private context: SpanContext | undefined;

  constructor(
    readonly recorder: Recorder,
    readonly scope: Scope,
    public name: string,
    readonly kind: SpanKind,
    readonly t0: number,
    readonly t1: number,
    readonly t2: number,
    readonly t3: number,
    readonly s0: number,
    readonly s1: number,
    readonly p0: number,
    readonly p1: number,
    readonly traceState: TraceState | undefined,
    readonly parentIsRemote: boolean,
    readonly clock: Clock,
    readonly startAt: Moment,
    /** For everybody but us: a trace that another provider samples out stays so for the others. */
    readonly traceFlags: number,
  ) {
    super();
  }

  inherit(inherited: Inherited): void {
    this.inherited = inherited;
    for (const part of inherited) this.entries.push(part);
  }

  spanContext(): SpanContext {
    return (this.context ??= {
      traceId: hex(this.t0) + hex(this.t1) + hex(this.t2) + hex(this.t3),
      spanId: hex(this.s0) + hex(this.s1),
      traceFlags: this.traceFlags,
      ...(this.traceState && { traceState: this.traceState }),
    });
  }

  isRecording(): boolean {
    return this.endAt === undefined;
  }

  setAttribute(key: string, value: unknown): this {
    if (this.endAt !== undefined) return this.ignore();
    switch (typeof value) {
      case "string":
      case "number":
      case "boolean":
        if (isKey(key)) this.entries.push(key, value);
        return this;
      default:
        return this.setOther(key, value);
    }
  }

  setAttributes(attributes: Attributes): this {
    if (typeof attributes !== "object" || attributes === null) return this;
    for (const key of this.keysOf(attributes)) {
      try {
        this.setAttribute(key, attributes[key]);
      } catch (fault) {
        this.recorder.report(fault);
      }
    }
    return this;
  }

  private keysOf(attributes: Attributes): readonly string[] {
    try {
      return Object.keys(attributes);
    } catch (fault) {
      this.recorder.report(fault);
      return [];
    }
  }

  /** What OpenTelemetry has no attribute type for goes out as its JSON, as it is now. */
  private setOther(key: string, value: unknown): this {
    if (!isKey(key) || value === null || isLeftOut(value)) return this;
    this.recorder.guard(() => {
      const prepared = prepare(value, key);
      if (typeof prepared === "bigint") {
        const number = Number(prepared);
        this.entries.push(key, Number.isSafeInteger(number) ? number : String(prepared));
      } else if (typeof prepared !== "object" || prepared === null) {
        if (prepared !== null && !isLeftOut(prepared)) this.entries.push(key, prepared);
      } else if (Array.isArray(prepared) && prepared.every(isScalar)) {
        this.entries.push(key, prepared.slice());
      } else {
        this.setJson(key, prepared);
      }
    });
    return this;
  }

  /** Sets an attribute to the JSON that `value` has now; Rust writes it. */
  setJson(key: string, value: unknown): this {
    if (this.endAt !== undefined) return this.ignore();
    const index = this.recorder.writePart(this, "json", value);
    this.entries.push(key, new PartReference(index));
    return this;
  }

  /** Takes a snapshot of a request or response, which Rust turns into attributes. */
  capture(kind: PartKind, value: unknown): this {
    if (this.endAt !== undefined) return this.ignore();
    this.recorder.writePart(this, kind, value);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.endAt !== undefined) return this.ignore();
    this.recorder.guard(() => {
      const isTime = isTimeInput(attributesOrTime);
      const attributes = isTime ? {} : ownAttributes(attributesOrTime);
      const at = this.moment(isTime ? attributesOrTime : time);
      (this.recordedEvents ??= []).push({ name: nameText(name), at, attributes });
    });
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    this.recorder.guard(() => this.addEvent("exception", exceptionAttributes(exception), time));
  }

  addLink(link: Link): this {
    if (this.endAt !== undefined) return this.ignore();
    this.recorder.guard(() => {
      const context = linkContext(link.context);
      if (context === undefined) return;
      (this.recordedLinks ??= []).push({ context, attributes: ownAttributes(link.attributes) });
    });
    return this;
  }

  addLinks(links: Link[]): this {
    this.recorder.guard(() => {
      if (Array.isArray(links)) for (const link of links) this.addLink(link);
    });
    return this;
  }

  /** As OpenTelemetry demands: an OK is final, and only an error has a message. */
  setStatus(status: SpanStatus): this {
    if (this.endAt !== undefined) return this.ignore();
    this.recorder.guard(() => {
      const { code, message } = status;
      if (this.statusCode === SpanStatusCode.OK) return;
      if (code !== SpanStatusCode.OK && code !== SpanStatusCode.ERROR) return;
      this.statusCode = code;
      const says = code === SpanStatusCode.ERROR && message !== undefined && message !== null;
      this.statusMessage = says ? String(message) : undefined;
    });
    return this;
  }

  updateName(name: string): this {
    if (this.endAt !== undefined) return this.ignore();
    if (typeof name === "string") this.name = name;
    return this;
  }

  end(endTime?: TimeInput): void {
    if (this.endAt !== undefined) {
      this.ignore();
      return;
    }
    if (this.recorder.hasProcessors) this.recorder.ending(this);
    const at = now();
    this.endAt = endTime === undefined ? this.notBeforeStart(at) : this.givenEnd(endTime, at);
    this.recorder.end(this, at);
  }

  private givenEnd(endTime: TimeInput, at: number): Moment {
    let given: HrTime | undefined;
    this.recorder.guard(() => {
      given = toHrTime(endTime, this.clock);
    });
    return this.notBeforeStart(given ?? at);
  }

  private notBeforeStart(end: Moment): Moment {
    const start = this.startAt;
    if (typeof start === "number" && typeof end === "number") return end;
    return isBefore(this.wallTime(end), this.wallTime(start)) ? start : end;
  }

  /** A time that the caller gave, or now. */
  moment(time: unknown): Moment {
    return (time === undefined ? undefined : toHrTime(time, this.clock)) ?? now();
  }

  wallTime(moment: Moment): HrTime {
    return typeof moment === "number" ? onClock(moment, this.clock) : moment;
  }

  private ignore(): this {
    this.recorder.countIgnored();
    return this;
  }
}

/** Whether a span is one of ours. Anything can be passed for a span; a proxy can throw at that. */
export function isRecordingSpan(span: Span): span is RecordingSpan {
  try {
    return span instanceof RecordingSpan;
  } catch {
    return false;
  }
}

/** A copy without what cannot be read. */
function ownAttributes(given: unknown): Attributes {
  const attributes: Attributes = {};
  if (typeof given !== "object" || given === null) return attributes;
  for (const key of Object.keys(given)) {
    try {
      if (isKey(key)) attributes[key] = (given as Attributes)[key];
    } catch {
      // The others are not to suffer for it.
    }
  }
  return attributes;
}

/** OpenTelemetry wants names that are not empty. */
function isKey(key: unknown): boolean {
  return typeof key === "string" && key !== "";
}

/** A copy that cannot change or throw later; `undefined` for what names no span. */
function linkContext(given: SpanContext): SpanContext | undefined {
  const { traceId, spanId, traceFlags, traceState } = given;
  const context: SpanContext = { traceId, spanId, traceFlags: Number(traceFlags) & 0xff };
  if (!isSpanContextValid(context)) return undefined;
  return traceState === undefined ? context : { ...context, traceState };
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function isTimeInput(value: unknown): value is TimeInput {
  return typeof value === "number" || value instanceof Date || Array.isArray(value);
}
