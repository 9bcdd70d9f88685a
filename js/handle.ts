/// <reference lib="esnext.disposable" preserve="true" />
/**
 * What `setup()` resolves to, whether or not anything is traced.
 */
import type { Tracer, TracerProvider } from "@opentelemetry/api";

import type { SpanProcessor } from "./capture/span-processor.js";
import type { TraceHook } from "./hooks/finished-trace.js";
import type { InstallResult } from "./integrations/install.js";
import type { FlushResult, TracingStats } from "./stats.js";

/** OpenTelemetry's tracer provider, with the methods of its SDK's that apps use. */
export interface CatalystTracerProvider extends TracerProvider {
  /**
   * Lets a span processor of OpenTelemetry JS see every span from now on, as a `ReadableSpan` with
   * all its attributes. That work is done on the event loop; without a processor it is not done.
   */
  addSpanProcessor(processor: SpanProcessor): void;
  /** Resolves when all spans that have ended are delivered or given up, here and by processors. */
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

export interface CatalystTracing {
  readonly provider: CatalystTracerProvider;
  /** For spans of your own, such as `tracer.startActiveSpan(...)`. */
  readonly tracer: Tracer;
  /** What became of each SDK that was passed or found; changes when one loads later. */
  readonly installResults: InstallResult[];
  /** `installResults` under its other name. */
  readonly installed: InstallResult[];
  readonly serviceName: string;
  readonly environment: string | undefined;
  /** Where spans go; with several destinations, the first of them. */
  readonly endpoint: string;
  /**
   * Resolves when every span that has ended is delivered or given up for now, at the latest after
   * `timeoutMs` (by default a second more than one export may take). Never rejects.
   */
  flush(timeoutMs?: number): Promise<FlushResult>;
  /** As `flush()`, and lets span processors flush too. */
  forceFlush(): Promise<void>;
  stats(): TracingStats;
  /**
   * Calls `hook` with each trace in which everything that started here has ended, soon after, and
   * by the end of the next `flush()` or `shutdown()`. A trace under whose spans more begin later, or
   * of which another process has the root, is told in several calls with the same `traceId`.
   *
   * `hook` runs on the event loop, outside of any span, and traces nothing: spans made in it are
   * not recorded. What it throws, or rejects with, is counted in `stats().faults`. Returns a
   * function that ends it.
   */
  onTrace(hook: TraceHook): () => void;
  /**
   * Delivers what has ended, for up to `timeoutMs` (5000), and ends tracing. From then on spans are
   * no-ops, until the next `setup()`. Never rejects; calling it again waits for the same end.
   */
  shutdown(timeoutMs?: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
