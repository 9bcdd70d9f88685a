/**
 * What is known of a span or trace of the SDK's beyond what it says itself hangs on the SDK's
 * object, and on the clones of it that contexts hold: so it lives exactly as long as they do.
 */
import type { SdkSpan, SdkTrace } from "./sdk.js";
import type { SpanState } from "./span-state.js";
import type { TraceState } from "./trace-state.js";

const STATE = Symbol.for("catalyst-tracing.openai-agents.state");

interface Marked {
  [STATE]?: SpanState | TraceState;
}

export function attach(item: object, state: SpanState | TraceState): void {
  Object.defineProperty(item, STATE, { value: state, configurable: true, writable: true });
}

export function stateOf(item: object): SpanState | TraceState | undefined {
  return (item as Marked)[STATE];
}

export function spanStateOf(span: SdkSpan | null | undefined): SpanState | undefined {
  return span === null || span === undefined ? undefined : (stateOf(span) as SpanState | undefined);
}

export function knownTraceState(trace: SdkTrace): TraceState | undefined {
  return stateOf(trace) as TraceState | undefined;
}
