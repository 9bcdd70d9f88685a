/**
 * W3C Trace Context: the `traceparent` and `tracestate` headers, in and out.
 *
 * Nothing here throws, whatever the carrier, the getter or the setter do: a header that cannot be
 * read is as good as none, and the request goes on.
 */
import {
  type Context,
  isSpanContextValid,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from "@opentelemetry/api";
import { isTracingSuppressed } from "./suppression.js";
import { normalizeTracestate, parseTracestate } from "./tracestate.js";

const TRACEPARENT = "traceparent";
const TRACESTATE = "tracestate";

/** Version, trace id, parent id, flags, and whatever a later version may have added. */
const FORMAT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const INVALID_VERSION = "ff";
/** Sampled and random; the standard wants all other bits ignored, and zero when sent. */
const KNOWN_FLAGS = 0b11;

/** The span context in a `traceparent` header, without `tracestate`. */
export function parseTraceparent(header: string): SpanContext | undefined {
  const [, version, traceId, spanId, flags, later] = FORMAT.exec(trimBlanks(header)) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === INVALID_VERSION || (version === "00" && later !== undefined)) return undefined;
  const traceFlags = Number.parseInt(flags, 16) & KNOWN_FLAGS;
  const parsed = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(parsed) ? parsed : undefined;
}

/** The `traceparent` header for a valid span context. */
export function formatTraceparent(context: SpanContext): string {
  return `00-${context.traceId}-${context.spanId}-0${(context.traceFlags & KNOWN_FLAGS).toString(16)}`;
}

export class TraceContextPropagator implements TextMapPropagator {
  inject<Carrier>(context: Context, carrier: Carrier, setter: TextMapSetter<Carrier>): void {
    try {
      const spanContext = trace.getSpanContext(context);
      if (spanContext === undefined || !isSpanContextValid(spanContext)) return;
      if (isTracingSuppressed(context)) return;
      setter.set(carrier, TRACEPARENT, formatTraceparent(spanContext));
      const state = normalizeTracestate(spanContext.traceState?.serialize() ?? "");
      if (state !== "") setter.set(carrier, TRACESTATE, state);
    } catch {
      // The request goes out without the headers.
    }
  }

  extract<Carrier>(context: Context, carrier: Carrier, getter: TextMapGetter<Carrier>): Context {
    try {
      const header = onlyValue(getter.get(carrier, TRACEPARENT));
      const parent = header === undefined ? undefined : parseTraceparent(header);
      if (parent === undefined) return context;
      const traceState = extractState(carrier, getter);
      return trace.setSpanContext(
        context,
        traceState === undefined ? parent : { ...parent, traceState },
      );
    } catch {
      return context;
    }
  }

  fields(): string[] {
    return [TRACEPARENT, TRACESTATE];
  }
}

function extractState<Carrier>(carrier: Carrier, getter: TextMapGetter<Carrier>) {
  try {
    return parseTracestate([getter.get(carrier, TRACESTATE) ?? ""].flat().join(","));
  } catch {
    return undefined; // a broken tracestate must not cost the parent
  }
}

// Two parents cannot both be right, so several headers are as bad as a malformed one.
function onlyValue(header: string | string[] | undefined): string | undefined {
  const value: unknown = Array.isArray(header) && header.length === 1 ? header[0] : header;
  return typeof value === "string" ? value : undefined;
}

function trimBlanks(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, "");
}
