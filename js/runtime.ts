/**
 * What tracing runs in this process, for everything that is called without a handle: `agentSpan()`,
 * the instrumented SDKs, `flush()`.
 *
 * It is kept on the global object, because an app can have this package twice (a dependency brings
 * its own copy). The copy whose `setup()` came first owns the pipeline and the others use it.
 */
import {
  type Context,
  context as contextApi,
  type Span,
  trace,
  type Tracer,
} from "@opentelemetry/api";

import type { ContextAccess } from "./capture/context-manager.js";
import type { ForeignSpanSink } from "./capture/foreign-span.js";
import { NOOP_TRACER } from "./capture/noop-tracer.js";
import { overlaid } from "./capture/overlay.js";
import type { TextCounts } from "./capture/text-counts.js";
import type { NativePolicy } from "../index.js";
import type { CatalystTracing } from "./handle.js";
import type { ResolvedOptions } from "./options.js";

/** A copy of this package, as the others see it. */
export interface Copy {
  readonly version: string;
  setup(options?: object): Promise<CatalystTracing>;
  /** Starts the pipeline for a span processor, unless `setup()` decides on it. */
  startForProcessor?(options: object, resource: object): CatalystTracing | undefined;
  setupInMemory(options: ResolvedOptions): Promise<InMemory>;
}

/** Tracing whose spans stay in the process. */
export interface InMemory {
  readonly tracing: CatalystTracing;
  /** The spans that have ended since the last call, as OTLP/JSON requests. */
  readonly take: () => readonly string[];
}

export interface Running {
  readonly tracing: CatalystTracing;
  readonly contexts: ContextAccess;
  /** `setup()` was called; else only a span processor of another provider is served. */
  readonly isSetUp: boolean;
  readonly foreignSpans: ForeignSpanSink;
  /** Nobody could tell which context is entered: there never was one, and all spans are ours. */
  readonly isUnwatched?: () => boolean;
  /** For what is written on spans of other providers. A copy of another version may not say. */
  readonly policy?: NativePolicy;
  /** Where it is counted what the policy did to them; likewise. */
  readonly counts?: TextCounts;
  /** A context with that span active. */
  enter(context: Context, span: Span): Context;
}

interface Runtime {
  owner: Copy | undefined;
  running: Running | undefined;
  /** How many `CatalystSpanProcessor`s there are that are not shut down. */
  processors: number;
}

/** Part of an agreement between versions: what is under it may grow but not change. */
const RUNTIME = Symbol.for("catalyst-tracing.runtime");

const runtime: Runtime = ((globalThis as { [RUNTIME]?: Runtime })[RUNTIME] ??= {
  owner: undefined,
  running: undefined,
  processors: 0,
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

export function whatRuns(): Running | undefined {
  return runtime.running;
}

export function activeTracing(): CatalystTracing | undefined {
  return runtime.running?.tracing;
}

/** @param change - 1 for a span processor that was made, -1 for one that was shut down */
export function countProcessor(change: 1 | -1): void {
  runtime.processors = (runtime.processors ?? 0) + change;
}

export function hasProcessor(): boolean {
  return runtime.processors > 0;
}

/**
 * The tracer of what `setup()` made. Without it, where spans of OpenTelemetry's global provider come
 * to us by a span processor, that provider's; else one whose spans record nothing.
 */
export function activeTracer(): Tracer {
  const { running } = runtime;
  if (running?.isSetUp === true) return running.tracing.tracer;
  return hasProcessor() ? trace.getTracer("catalyst-tracing") : NOOP_TRACER;
}

/** OpenTelemetry's global context, whoever manages it. */
const globalContexts = overlaid(contextApi);

/** The context that a span started now belongs into, also where OpenTelemetry's global is unused. */
export function activeContext(): Context {
  return (runtime.running?.contexts ?? globalContexts).active();
}

export function runIn<A extends unknown[], R>(
  context: Context,
  fn: (...args: A) => R,
  ...args: A
): R {
  return (runtime.running?.contexts ?? globalContexts).with(context, fn, undefined, ...args);
}

/** `context` with `span` active, for `runIn`. */
export function withActive(context: Context, span: Span): Context {
  const { running } = runtime;
  return running === undefined ? trace.setSpan(context, span) : running.enter(context, span);
}
