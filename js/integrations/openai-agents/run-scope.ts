/**
 * A call of `run()`, as what happens inside finds it in its context.
 */
import { type Context, createContextKey } from "@opentelemetry/api";

import { linked } from "../../capture/linked-context.js";
import type { SpanState } from "./span-state.js";
import type { TraceState } from "./trace-state.js";

export interface RunScope {
  /** What the run was given; `undefined` when that must not be recorded, or is a saved state. */
  readonly input: unknown;
  /** The traces that began inside, and those around: none of them is over before the run is. */
  readonly began: Set<TraceState>;
  /** Spans that the run began and has not ended. */
  readonly open: Set<SpanState>;
}

const SCOPE = createContextKey("catalyst-tracing.openai-agents.run");

const UNTRACED = createContextKey("catalyst-tracing.openai-agents.untraced");

/** For a run that its runner was told not to trace; until 0.8 the SDK makes spans for it all the same. */
export function untraced(context: Context): Context {
  return context.setValue(UNTRACED, true);
}

export function isUntraced(context: Context): boolean {
  return context.getValue(UNTRACED) === true;
}

export function newScope(input: unknown): RunScope {
  return { input, began: new Set(), open: new Set() };
}

export function inRun(context: Context, scope: RunScope): Context {
  return linked(context).setValue(SCOPE, scope);
}

export function runAt(context: Context): RunScope | undefined {
  return context.getValue(SCOPE) as RunScope | undefined;
}
