/**
 * A span as OpenTelemetry's span processors and exporters read it (`ReadableSpan` of SDK 1.x and
 * 2.x). Getters, so that nothing is computed unless somebody reads.
 */
import {
  type Attributes,
  type HrTime,
  type Link,
  type SpanContext,
  type SpanStatus,
  TraceFlags,
} from "@opentelemetry/api";

import type { DerivedParts, ReadableResource } from "./recorder.js";
import { PartReference } from "../handoff/parts.js";
import { hex } from "./ids.js";
import type { RecordingSpan } from "./span.js";

interface TimedEvent {
  readonly time: HrTime;
  readonly name: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

/** The base class of `RecordingSpan`, which is the only one that extends it. */
export abstract class ReadableView {
  private derived: DerivedParts | undefined;

  private get span(): RecordingSpan {
    return this as unknown as RecordingSpan;
  }

  /** Those derived from requests and responses first, then those that were set; then the cost. */
  get attributes(): Attributes {
    const { span } = this;
    const { attributes, json } = (this.derived ??= span.recorder.derive(span.partBytes ?? []));
    const all: Attributes = { ...attributes };
    for (let index = 0; index < span.entries.length; index += 2) {
      const key = span.entries[index] as string;
      const value = span.entries[index + 1];
      const read = value instanceof PartReference ? json.get(value.index) : value;
      // Of a part from before there was a processor there is no copy.
      if (read !== undefined) all[key] = read as string;
    }
    span.recorder.pricing?.(all);
    // Until the end more can come.
    if (span.isRecording()) this.derived = undefined;
    return all;
  }

  get startTime(): HrTime {
    return this.span.wallTime(this.span.startAt);
  }

  get endTime(): HrTime {
    const { endAt } = this.span;
    return endAt === undefined ? [0, 0] : this.span.wallTime(endAt);
  }

  get duration(): HrTime {
    if (!this.ended) return [-1, -1];
    const [startSeconds, startNanos] = this.startTime;
    const [endSeconds, endNanos] = this.endTime;
    const borrows = endNanos < startNanos;
    return [
      endSeconds - startSeconds - (borrows ? 1 : 0),
      endNanos - startNanos + (borrows ? 1_000_000_000 : 0),
    ];
  }

  get ended(): boolean {
    return this.span.endAt !== undefined;
  }

  get status(): SpanStatus {
    const { statusCode, statusMessage } = this.span;
    return statusMessage === undefined
      ? { code: statusCode }
      : { code: statusCode, message: statusMessage };
  }

  get links(): Link[] {
    return this.span.recordedLinks ?? [];
  }

  get events(): TimedEvent[] {
    return (this.span.recordedEvents ?? []).map(({ name, at, attributes }) => ({
      name,
      attributes,
      time: this.span.wallTime(at),
      droppedAttributesCount: 0,
    }));
  }

  get parentSpanId(): string | undefined {
    const { p0, p1 } = this.span;
    return (p0 | p1) === 0 ? undefined : hex(p0) + hex(p1);
  }

  get parentSpanContext(): SpanContext | undefined {
    const spanId = this.parentSpanId;
    if (spanId === undefined) return undefined;
    const { traceId, traceState } = this.span.spanContext();
    const isRemote = this.span.parentIsRemote;
    const traceFlags = TraceFlags.SAMPLED;
    return { traceId, spanId, traceFlags, isRemote, ...(traceState && { traceState }) };
  }

  get resource(): ReadableResource {
    return this.span.recorder.resource;
  }

  get instrumentationScope(): { name: string; version: string } {
    return this.span.scope;
  }

  /** The name of `instrumentationScope` in SDK 1.x. */
  get instrumentationLibrary(): { name: string; version: string } {
    return this.span.scope;
  }

  get droppedAttributesCount(): number {
    return 0;
  }

  get droppedEventsCount(): number {
    return 0;
  }

  get droppedLinksCount(): number {
    return 0;
  }
}
