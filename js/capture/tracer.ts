/**
 * Starts spans: decides on the parent, the trace and the sampling, and makes the span. Like all of
 * OpenTelemetry's API it never throws for wrong arguments; what the user's function throws passes.
 */
import {
  type Context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  trace,
  TraceFlags,
  type Tracer,
  type TraceState,
} from "@opentelemetry/api";

import { type Clock, clockForRoot, now } from "./clock.js";
import { type Inherited, inheritedAt } from "./inherited.js";
import { hex, nonZeroWord, word, wordOf } from "./ids.js";
import { linked } from "./linked-context.js";
import { nameText } from "../handoff/stand-ins.js";
import { enter, ownSpanIn, UnsampledContext } from "./own-span.js";
import type { Recorder, Scope } from "./recorder.js";
import { RecordingSpan } from "./span.js";
import { isTracingSuppressed } from "./suppression.js";
import { toHrTime } from "./time.js";

const LAST_KIND: number = SpanKind.CONSUMER;
const NO_OPTIONS: SpanOptions = {};

export class RecordingTracer implements Tracer {
  constructor(
    readonly recorder: Recorder,
    private readonly scope: Scope,
  ) {}

  startSpan(name: string, options?: SpanOptions, context?: Context): Span {
    const { recorder } = this;
    try {
      return this.start(name, options ?? NO_OPTIONS, context ?? recorder.contexts.active());
    } catch (fault) {
      // Something in the arguments threw when it was looked at.
      recorder.report(fault);
      return this.start(nameText(name), NO_OPTIONS, recorder.contexts.active());
    }
  }

  private start(name: string, options: SpanOptions, context: Context): Span {
    if (!this.recorder.isRecording) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    // Nothing to look up: the common case in an app that starts a trace.
    if (context === ROOT_CONTEXT) return this.startRoot(name, options, context, undefined);
    if (isTracingSuppressed(context)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const parent = options.root === true ? undefined : trace.getSpan(context);
    if (parent instanceof RecordingSpan) return this.startChild(name, options, context, parent);
    const inherited = inheritedAt(context, parent);
    const above = parent?.spanContext();
    if (above === undefined || !isSpanContextValid(above)) {
      return this.startRoot(name, options, context, inherited);
    }
    return isSampledOut(above) && this.recorder.hasOtherProvider()
      ? this.startBeside(name, options, context, above, inherited)
      : this.startUnder(name, options, context, above, inherited);
  }

  private startRoot(
    name: string,
    options: SpanOptions,
    context: Context,
    inherited: Inherited | undefined,
  ): Span {
    const t0 = word();
    const t1 = word();
    const t2 = word();
    const t3 = nonZeroWord();
    if (!this.recorder.sampler.shouldSample(t0, t1, t2, t3, undefined)) {
      return unsampled(hex(t0) + hex(t1) + hex(t2) + hex(t3));
    }
    const at = now();
    const clock = clockForRoot(at);
    const flags = TraceFlags.SAMPLED;
    const span = this.make(name, options, t0, t1, t2, t3, 0, 0, undefined, false, clock, at, flags);
    return this.begin(span, options, context, inherited);
  }

  /** Under one of our own spans: no text of any identifier is made. */
  private startChild(
    name: string,
    options: SpanOptions,
    context: Context,
    parent: RecordingSpan,
    flags = parent.traceFlags,
  ): Span {
    const { t0, t1, t2, t3, s0, s1, traceState: state, clock } = parent;
    if (!this.recorder.sampler.shouldSample(t0, t1, t2, t3, true)) {
      return unsampled(parent.spanContext().traceId, state);
    }
    const at = now();
    const span = this.make(name, options, t0, t1, t2, t3, s0, s1, state, false, clock, at, flags);
    return this.begin(span, options, context, inheritedAt(context, parent));
  }

  /** Under a span that is not ours: of another process, another library, or not sampled. */
  private startUnder(
    name: string,
    options: SpanOptions,
    context: Context,
    { traceId, spanId, traceFlags, traceState: state, isRemote = false }: SpanContext,
    inherited: Inherited | undefined,
  ): Span {
    const t0 = wordOf(traceId, 0);
    const t1 = wordOf(traceId, 1);
    const t2 = wordOf(traceId, 2);
    const t3 = wordOf(traceId, 3);
    const parentSampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
    if (!this.recorder.sampler.shouldSample(t0, t1, t2, t3, parentSampled)) {
      return unsampled(traceId, state);
    }
    const s0 = wordOf(spanId, 0);
    const s1 = wordOf(spanId, 1);
    const at = now();
    const clock = clockForRoot(at);
    const flags = TraceFlags.SAMPLED;
    const span = this.make(
      name,
      options,
      t0,
      t1,
      t2,
      t3,
      s0,
      s1,
      state,
      isRemote,
      clock,
      at,
      flags,
    );
    return this.begin(span, options, context, inherited);
  }

  /**
   * Under a span that another provider in this process has sampled out. That decision is for its
   * exporters, not for ours: we decide as for a new trace, in that one, and hand theirs on.
   */
  private startBeside(
    name: string,
    options: SpanOptions,
    context: Context,
    { traceId, traceFlags: flags, traceState: state }: SpanContext,
    inherited: Inherited | undefined,
  ): Span {
    const own = ownSpanIn(context, traceId);
    if (own instanceof RecordingSpan) return this.startChild(name, options, context, own, flags);
    const t0 = wordOf(traceId, 0);
    const t1 = wordOf(traceId, 1);
    const t2 = wordOf(traceId, 2);
    const t3 = wordOf(traceId, 3);
    const isOurs = own !== undefined;
    if (isOurs || !this.recorder.sampler.shouldSample(t0, t1, t2, t3, undefined)) {
      return unsampled(traceId, state);
    }
    const at = now();
    const clock = clockForRoot(at);
    const span = this.make(name, options, t0, t1, t2, t3, 0, 0, state, false, clock, at, flags);
    return this.begin(span, options, context, inherited);
  }

  private make(
    name: string,
    options: SpanOptions,
    t0: number,
    t1: number,
    t2: number,
    t3: number,
    p0: number,
    p1: number,
    traceState: TraceState | undefined,
    parentIsRemote: boolean,
    clock: Clock,
    at: number,
    flags: number,
  ): RecordingSpan {
    const { startTime, kind } = options;
    return new RecordingSpan(
      this.recorder,
      this.scope,
      nameText(name),
      kindOrInternal(kind),
      t0,
      t1,
      t2,
      t3,
      word(),
      nonZeroWord(),
      p0,
      p1,
      traceState,
      parentIsRemote,
      clock,
      startTime === undefined ? at : (toHrTime(startTime, clock) ?? at),
      flags,
    );
  }

  /** What was inherited comes first, so that what the span itself says stands. */
  private begin(
    span: RecordingSpan,
    { attributes, links }: SpanOptions,
    context: Context,
    inherited: Inherited | undefined,
  ): Span {
    if (inherited !== undefined) span.inherit(inherited);
    if (attributes !== undefined) span.setAttributes(attributes);
    if (links !== undefined) span.addLinks(links);
    this.recorder.start(span, context);
    return span;
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, fn: F): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    fn: F,
  ): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    context: Context,
    fn: F,
  ): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    ...rest: unknown[]
  ): ReturnType<F> | undefined {
    const fn = rest.pop();
    if (typeof fn !== "function") return undefined;
    const [options, given] = rest as [SpanOptions?, Context?];
    const parent = isContext(given) ? given : this.recorder.contexts.active();
    const span = this.startSpan(name, options, parent);
    const body = fn as (span: Span) => ReturnType<F>;
    const inside = this.recorder.isBeside
      ? enter(parent, span)
      : trace.setSpan(linked(parent), span);
    return this.recorder.contexts.with(inside, body, undefined, span);
  }
}

function isContext(value: unknown): value is Context {
  try {
    return typeof (value as Partial<Context> | undefined)?.getValue === "function";
  } catch {
    return false;
  }
}

/** The kinds are the numbers from INTERNAL to CONSUMER. */
export function kindOrInternal(kind: SpanKind | undefined): SpanKind {
  const given: unknown = kind;
  if (kind === undefined || typeof given !== "number") return SpanKind.INTERNAL;
  return (given | 0) === given && given >= 0 && given <= LAST_KIND ? kind : SpanKind.INTERNAL;
}

/** By somebody in this process, that is, and not by us. */
function isSampledOut(context: SpanContext): boolean {
  const { traceFlags, isRemote = false } = context;
  const isSampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
  return !isSampled && !isRemote && !(context instanceof UnsampledContext);
}

/** Carries the trace and the decision on, and records nothing. */
function unsampled(traceId: string, traceState?: TraceState): Span {
  const spanId = hex(word()) + hex(nonZeroWord());
  return trace.wrapSpanContext(new UnsampledContext(traceId, spanId, traceState));
}
