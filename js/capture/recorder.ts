/**
 * What all spans of one `setup()` share: where they go, who else sees them, and whether that is
 * still so. Also the guard between our faults and the host.
 */
import { type Attributes, type Context, context as contextApi } from "@opentelemetry/api";

import type { ContextAccess } from "./context-manager.js";
import type { Outbox } from "../handoff/outbox.js";
import { PartKind } from "../handoff/parts.js";
import { Walker } from "../handoff/walker.js";
import type { Pricing } from "../pricing.js";
import { AbandonedSpans } from "./abandoned.js";
import { now } from "./clock.js";
import { OpenSpans } from "./open-spans.js";
import type { Sampler } from "./sampler.js";
import type { RecordingSpan } from "./span.js";
import type { SpanObserver, SpanProcessor } from "./span-processor.js";
import { writeDiscard, writeEnd, writePartRecord } from "./span-record.js";
import type { TextRules } from "./text-rules.js";

/** An instrumentation library: what `getTracer` was asked for. */
export interface Scope {
  readonly name: string;
  readonly version: string;
}

/** OpenTelemetry's `Resource` as SDK 1.x and 2.x read it. */
export interface ReadableResource {
  readonly attributes: Attributes;
  readonly asyncAttributesPending: boolean;
  waitForAsyncAttributes(): Promise<void>;
  getRawAttributes(): [string, unknown][];
  merge(other: ReadableResource | null): ReadableResource;
}

/** What parts say: attributes, and the JSON of those that attributes refer to, by index. */
export interface DerivedParts {
  readonly attributes: Attributes;
  readonly json: ReadonlyMap<number, string>;
}

interface RecorderParts {
  readonly outbox: Outbox;
  readonly sampler: Sampler;
  readonly resource: ReadableResource;
  readonly derive: (parts: readonly Uint8Array[]) => DerivedParts;
  readonly onFault: (fault: unknown) => void;
}

const COPY_BUFFER_BYTES = 64 * 1024;

export class Recorder {
  sampler: Sampler;
  resource: ReadableResource;
  /** Where cost is wanted. */
  pricing: Pricing | undefined;
  readonly derive: RecorderParts["derive"];
  private readonly outbox: Outbox;
  private readonly onFault: RecorderParts["onFault"];
  private processors: readonly (SpanProcessor & Partial<SpanObserver>)[] | undefined;
  private copies: Walker | undefined;
  private isOpen = true;
  /** Functions that texts go through before anything is written; most apps have none. */
  private textRules: TextRules | undefined;
  /** Spans with parts that were kept here because there were such functions. */
  private held: WeakMap<RecordingSpan, TextRules> | undefined;
  private readonly abandoned: AbandonedSpans;
  private readonly open = new OpenSpans();
  /** Whether spans that start now will be among the open ones. */
  knowsOpenSpans = false;
  /** OpenTelemetry's global one, or ours: asking that directly is much cheaper. */
  contexts: ContextAccess = contextApi;
  /** Spans of another provider may come between ours. */
  isBeside = false;
  /** Whether OpenTelemetry's global provider is somebody else's now. */
  hasOtherProvider: () => boolean = () => false;

  constructor({ outbox, sampler, resource, derive, onFault }: RecorderParts) {
    this.outbox = outbox;
    this.sampler = sampler;
    this.resource = resource;
    this.derive = derive;
    this.onFault = onFault;
    this.abandoned = new AbandonedSpans((s0, s1) => this.discard(s0, s1));
    outbox.beforeSubmit = () => {
      this.abandoned.settle();
      this.open.settle();
    };
  }

  /** False after `shutdown()`: then spans are no-ops. */
  get isRecording(): boolean {
    return this.isOpen;
  }

  close(): void {
    this.isOpen = false;
    this.processors = undefined;
    this.contexts = contextApi;
  }

  setTextRules(rules: TextRules | undefined): void {
    this.textRules = rules;
    if (rules !== undefined) this.held ??= new WeakMap();
  }

  addProcessor(processor: SpanProcessor): void {
    this.processors = [...(this.processors ?? []), processor];
  }

  removeProcessor(processor: SpanProcessor): void {
    const others = this.processors?.filter((other) => other !== processor) ?? [];
    this.processors = others.length === 0 ? undefined : others;
  }

  /** Those that have started since that is to be known, and have not ended. */
  openSpans(): readonly RecordingSpan[] {
    return this.isOpen ? this.open.all() : [];
  }

  start(span: RecordingSpan, context: Context): void {
    this.outbox.countStart();
    if (this.knowsOpenSpans) this.open.started(span, this.outbox.willSubmit);
    if (this.processors === undefined) return;
    for (const processor of this.processors) {
      this.guard(() => processor.onStart(span as never, context));
    }
  }

  /** The last moment at which a span can be written to. */
  ending(span: RecordingSpan): void {
    for (const processor of this.processors ?? []) {
      this.guard(() => processor.onEnding?.(span as never));
    }
  }

  /** @param at `performance.now()` */
  end(span: RecordingSpan, at: number): void {
    if (!this.isOpen) return;
    const { outbox } = this;
    outbox.countEnd();
    const { isWriting } = outbox;
    let place = outbox.walker;
    try {
      if (isWriting) place = outbox.innerPlace();
      outbox.isWriting = true;
      const overcome = writeEnd(place, this.held === undefined ? span : this.redacted(span, place));
      if (overcome !== undefined) this.report(overcome);
    } catch (fault) {
      outbox.countUnwritten();
      this.report(fault);
    } finally {
      outbox.isWriting = isWriting;
    }
    try {
      this.abandoned.ended(span);
      this.open.ended(span);
      outbox.commitEnd(place, at);
    } catch (fault) {
      this.report(fault);
    }
    if (this.processors === undefined) return;
    for (const processor of this.processors) this.guard(() => processor.onEnd(span as never));
  }

  /** A span of another provider has started. */
  startCopy(traceId: () => string): void {
    this.outbox.countStart();
    for (const processor of this.processors ?? []) {
      this.guard(() => processor.onForeignStart?.(traceId()));
    }
  }

  /**
   * A span of another provider has ended; `copy` makes one of ours of it, which processors of the
   * app do not see. Where it throws, the span counts as lost.
   */
  endCopy(copy: () => RecordingSpan): void {
    const { outbox } = this;
    outbox.countEnd();
    let span: RecordingSpan | undefined;
    try {
      const finished = copy();
      span = finished;
      this.write((place) => {
        const overcome = writeEnd(place, this.redacted(finished, place));
        if (overcome !== undefined) this.report(overcome);
      });
      this.abandoned.ended(span);
    } catch (fault) {
      outbox.countUnwritten();
      this.report(fault);
    }
    this.guard(() => outbox.commitEnd(outbox.walker, now()));
    if (span === undefined) return;
    for (const processor of this.processors ?? []) {
      this.guard(() => processor.onForeignEnd?.(span as never));
    }
  }

  /** Writes a snapshot of `value` and returns its index among the parts of the span. */
  writePart(span: RecordingSpan, kind: PartKind, value: unknown): number {
    const index = span.parts;
    span.parts += 1;
    if (!this.isOpen) return index;
    try {
      if (this.held !== undefined && this.isHeld(span)) {
        this.keepCopy(span, index, kind, value);
        return index;
      }
      if (index === 0) this.abandoned.watch(span);
      this.write((place) => writePartRecord(place, span, index, PartKind[kind], value));
      if (this.processors !== undefined) this.keepCopy(span, index, kind, value);
    } catch (fault) {
      this.report(fault);
    }
    return index;
  }

  /** Whether parts of the span must not cross, because functions of the app have to see them. */
  private isHeld(span: RecordingSpan): boolean {
    if (this.textRules !== undefined) this.held?.set(span, this.textRules);
    return this.held?.has(span) === true;
  }

  /** The span as functions of the app leave it, where there are any. */
  private redacted(span: RecordingSpan, place: Walker): RecordingSpan {
    const rules = this.textRules ?? this.held?.get(span);
    if (rules === undefined) return span;
    // What crossed before there were functions must not join it.
    if ((span.partBytes?.length ?? 0) < span.parts) writeDiscard(place, span.s0, span.s1);
    return rules.apply(span, this.contexts);
  }

  private discard(s0: number, s1: number): void {
    if (!this.isOpen) return;
    this.guard(() => {
      this.write((place) => writeDiscard(place, s0, s1));
    });
  }

  /** Writes one record, and commits it. */
  private write(record: (place: Walker) => void): void {
    const { outbox } = this;
    const { isWriting } = outbox;
    const place = isWriting ? outbox.innerPlace() : outbox.walker;
    try {
      outbox.isWriting = true;
      record(place);
    } finally {
      outbox.isWriting = isWriting;
      outbox.commit(place);
    }
  }

  /** Span processors may ask for what only Rust can derive, when the outbox is long gone. */
  private keepCopy(span: RecordingSpan, index: number, kind: PartKind, value: unknown): void {
    // Nobody else gets it meanwhile: reading a value can run code that is traced.
    const copies = this.copies ?? new Walker(COPY_BUFFER_BYTES);
    this.copies = undefined;
    copies.beginChunk();
    writePartRecord(copies, span, index, PartKind[kind], value);
    // A copy: the buffer is used again.
    (span.partBytes ??= []).push(new Uint8Array(copies.bytes.subarray(0, copies.at)));
    this.copies = copies;
  }

  get hasProcessors(): boolean {
    return this.processors !== undefined;
  }

  countIgnored(): void {
    if (this.isOpen) this.outbox.countIgnored();
  }

  /** Runs what must not disturb the host: a fault of ours, or of a processor, is counted. */
  guard(act: () => void): void {
    try {
      act();
    } catch (fault) {
      this.report(fault);
    }
  }

  report(fault: unknown): void {
    this.outbox.countFault();
    this.onFault(fault);
  }
}
