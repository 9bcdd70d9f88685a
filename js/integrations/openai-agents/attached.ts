/**
 * What is known of a span or trace of the SDK's beyond what it says itself hangs on the SDK's
 * object, and on the clones of it that contexts hold: so it lives exactly as long as they do.
 */
import type { SdkSpan, SdkTrace } from "./sdk.js";
import type { SpanState } from "./span-state.js";
import type { TraceState } from "./trace-state.js";

const STATE = Symbol.for("catalyst-tracing.openai-agents.state");

/** `null` on what must not be traced. */
type State = SpanState | TraceState | null;

interface Marked {
  [STATE]?: State;
}

export function attach(item: object, state: State): void {
  Object.defineProperty(item, STATE, { value: state, configurable: true, writable: true });
}

export function stateOf(item: object): State | undefined {
  return (item as Marked)[STATE];
}

export function spanStateOf(span: SdkSpan | null | undefined): SpanState | undefined {
  if (span === null || span === undefined) return undefined;
  return (stateOf(span) ?? undefined) as SpanState | undefined;
}

export function traceStateOf(trace: SdkTrace): TraceState | null | undefined {
  return stateOf(trace) as TraceState | null | undefined;
}
