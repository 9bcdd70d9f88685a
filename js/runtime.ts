/**
 * What tracing runs in this process, for everything that is called without a handle: the
 * instrumented SDKs.
 */
import { type Context, context as contextApi, type Tracer } from "@opentelemetry/api";

import { NOOP_TRACER } from "./capture/noop-tracer.js";
import type { CatalystTracing } from "./handle.js";

let running: CatalystTracing | undefined;

export function announce(tracing: CatalystTracing): void {
  running = tracing;
}

export function withdraw(tracing: CatalystTracing): void {
  if (running === tracing) running = undefined;
}

/** The tracer of what runs, or one whose spans record nothing. */
export function activeTracer(): Tracer {
  return running?.tracer ?? NOOP_TRACER;
}

/** The context that a span started now belongs into. */
export function activeContext(): Context {
  return contextApi.active();
}

export function runIn<A extends unknown[], R>(
  context: Context,
  fn: (...args: A) => R,
  ...args: A
): R {
  return contextApi.with(context, fn, undefined, ...args);
}
