/**
 * A call of `run()`, as what happens inside finds it in its context.
 */
import { type Context, createContextKey } from "@opentelemetry/api";

import type { TraceState } from "./states.js";

export interface RunScope {
  /** What the run was given; `undefined` when that must not be recorded, or is a saved state. */
  readonly input: unknown;
  /** The traces that began inside. */
  readonly traces: Set<TraceState>;
}

const SCOPE = createContextKey("catalyst-tracing.openai-agents.run");

export function inRun(context: Context, scope: RunScope): Context {
  return context.setValue(SCOPE, scope);
}

function scopeOf(context: Context): RunScope | undefined {
  return context.getValue(SCOPE) as RunScope | undefined;
}

export function joinRun(context: Context, trace: TraceState): void {
  scopeOf(context)?.traces.add(trace);
}

export function inputOf(context: Context): unknown {
  return scopeOf(context)?.input;
}
