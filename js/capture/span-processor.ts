/**
 * What `addSpanProcessor` takes. By itself, so that the declarations that users compile against do
 * not bring in how spans are recorded.
 */
import type { Context } from "@opentelemetry/api";

/** A span processor of OpenTelemetry JS, of any major version. */
export interface SpanProcessor {
  onStart(span: never, context: Context): void;
  onEnding?(span: never): void;
  onEnd(span: never): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** One of our own, which is also told of spans of another provider that are sent through us. */
export interface SpanObserver extends SpanProcessor {
  onForeignStart(traceId: string): void;
  onForeignEnd(copy: never): void;
}
