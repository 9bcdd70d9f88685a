/**
 * OpenTelemetry's convention for "no telemetry from here on": a context value that exporters and
 * instrumentations set around their own requests. The key's text is shared by all OpenTelemetry
 * packages, which is why it is written out here.
 */
import { type Context, createContextKey } from "@opentelemetry/api";

const SUPPRESS_TRACING = createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

export function isTracingSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESS_TRACING) === true;
}

/** `context` with no telemetry from here on. */
export function suppressTracing(context: Context): Context {
  return context.setValue(SUPPRESS_TRACING, true);
}
