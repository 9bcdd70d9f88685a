/**
 * Which spans are ours, and which of them is the innermost where another provider's are in between.
 * A span that another provider has sampled out reaches nobody, so ours hang on the next of ours.
 */
import {
  type Context,
  createContextKey,
  type Span,
  type SpanContext,
  trace,
  TraceFlags,
  type TraceState,
} from "@opentelemetry/api";

import { linked } from "./linked-context.js";
import { RecordingSpan } from "./span.js";

const OWN_SPAN = createContextKey("catalyst-tracing.own-span");

/** Of a span that our sampler, not somebody else's, decided not to record. */
export class UnsampledContext implements SpanContext {
  readonly traceFlags = TraceFlags.NONE;
  declare readonly traceState?: TraceState;

  constructor(
    readonly traceId: string,
    readonly spanId: string,
    traceState: TraceState | undefined,
  ) {
    if (traceState !== undefined) this.traceState = traceState;
  }
}

function isOwn(span: Span): boolean {
  try {
    return span instanceof RecordingSpan || span.spanContext() instanceof UnsampledContext;
  } catch {
    return false; // an object of somebody's tracer
  }
}

/** `context` with `span` active; it is found there also from under spans of others. */
export function enter(context: Context, span: Span): Context {
  return trace.setSpan(isOwn(span) ? linked(context).setValue(OWN_SPAN, span) : context, span);
}

/** The innermost span of ours in the trace with this id. */
export function ownSpanIn(context: Context, traceId: string): Span | undefined {
  const own = context.getValue(OWN_SPAN) as Span | undefined;
  return own?.spanContext().traceId === traceId ? own : undefined;
}
