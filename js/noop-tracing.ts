/**
 * The handle when nothing is traced: tracing is disabled, or there is no native module for this
 * platform. Everything can be called and the user's functions run.
 */
import type { Tracer } from "@opentelemetry/api";

import { NOOP_TRACER } from "./capture/noop-tracer.js";
import type { CatalystTracerProvider, CatalystTracing } from "./handle.js";
import type { TraceHook } from "./hooks/finished-trace.js";
import { checkHook } from "./hooks/check-hook.js";
import { endpointOf, type ResolvedOptions } from "./options.js";
import { type FlushResult, flushResultOf, statsOf, type TracingStats } from "./stats.js";

class NoopProvider implements CatalystTracerProvider {
  getTracer(): Tracer {
    return NOOP_TRACER;
  }

  addSpanProcessor(): void {
    // There will be no span to process.
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

export class NoopTracing implements CatalystTracing {
  readonly provider = new NoopProvider();
  readonly tracer = NOOP_TRACER;
  readonly installResults = [];
  readonly installed = this.installResults;
  readonly serviceName: string;
  readonly environment: string | undefined;
  readonly endpoint: string;

  constructor(options: ResolvedOptions) {
    this.serviceName = options.serviceName;
    this.environment = options.environment ?? undefined;
    this.endpoint = endpointOf(options);
  }

  flush(): Promise<FlushResult> {
    return Promise.resolve(flushResultOf({ delivered: 0, lost: 0, pending: 0 }));
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  stats(): TracingStats {
    return statsOf(null);
  }

  onTrace(hook: TraceHook): () => void {
    checkHook(hook);
    return () => undefined;
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}
