/**
 * What tracing runs in this process, for everything that is called without a handle: `agentSpan()`,
 * the instrumented SDKs, `flush()`.
 *
 * It is kept on the global object, because an app can have this package twice (a dependency brings
 * its own copy). The copy whose `setup()` came first owns the pipeline and the others use it.
 */
import { type Context, context as contextApi, type Tracer } from "@opentelemetry/api";

import type { ContextAccess } from "./capture/context-manager.js";
import { NOOP_TRACER } from "./capture/noop-tracer.js";
import type { CatalystTracing } from "./handle.js";
import type { ResolvedOptions } from "./options.js";

/** A copy of this package, as the others see it. */
export interface Copy {
  readonly version: string;
  setup(options?: object): Promise<CatalystTracing>;
  setupInMemory(options: ResolvedOptions): Promise<InMemory>;
}

/** Tracing whose spans stay in the process. */
export interface InMemory {
  readonly tracing: CatalystTracing;
  /** The spans that have ended since the last call, as OTLP/JSON requests. */
  readonly take: () => readonly string[];
}

interface Running {
  readonly tracing: CatalystTracing;
  readonly contexts: ContextAccess;
}

interface Runtime {
  owner: Copy | undefined;
  running: Running | undefined;
}

/** Part of an agreement between versions: what is under it may grow but not change. */
const RUNTIME = Symbol.for("catalyst-tracing.runtime");

const runtime: Runtime = ((globalThis as { [RUNTIME]?: Runtime })[RUNTIME] ??= {
  owner: undefined,
  running: undefined,
});

/** Makes `copy` the owner unless there is one; returns the owner. */
export function claim(copy: Copy): Copy {
  return (runtime.owner ??= copy);
}

export function announce(running: Running): void {
  runtime.running = running;
}

export function withdraw(tracing: CatalystTracing): void {
  if (runtime.running?.tracing === tracing) runtime.running = undefined;
}

export function activeTracing(): CatalystTracing | undefined {
  return runtime.running?.tracing;
}

/** The tracer of what runs, or one whose spans record nothing. */
export function activeTracer(): Tracer {
  return runtime.running?.tracing.tracer ?? NOOP_TRACER;
}

/** The context that a span started now belongs into, also where OpenTelemetry's global is unused. */
export function activeContext(): Context {
  return (runtime.running?.contexts ?? contextApi).active();
}

export function runIn<A extends unknown[], R>(
  context: Context,
  fn: (...args: A) => R,
  ...args: A
): R {
  return (runtime.running?.contexts ?? contextApi).with(context, fn, undefined, ...args);
}
