/**
 * How a run of an agent came out: what the app said of it, else what its function did.
 */
import { type Attributes, type Span, SpanStatusCode } from "@opentelemetry/api";

import { RecordingSpan } from "../capture/span.js";
import { Attr } from "../semconv.js";

const FAILURE = "failure";

/** @param hasThrown - whether the run's function threw */
export function settleOutcome(span: Span, hasThrown: boolean): void {
  const said = attributeOf(span, Attr.AGENT_OUTCOME);
  const hasFailed = hasThrown || said === FAILURE;
  const defaults = {
    [Attr.AGENT_OUTCOME]: hasFailed ? FAILURE : "success",
    [Attr.AGENT_STOP_REASON]: hasFailed ? "error" : "completed",
    [Attr.AGENT_FINALIZED]: !hasFailed,
  };
  for (const [key, value] of Object.entries(defaults)) {
    if (attributeOf(span, key) === undefined) span.setAttribute(key, value);
  }
  if (hasFailed && !hasThrown) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: "the outcome of the run is a failure" });
  }
}

/** The last value set; OpenTelemetry's own spans keep theirs where all can read them. */
function attributeOf(span: Span, key: string): unknown {
  if (!(span instanceof RecordingSpan)) {
    return (span as { attributes?: Attributes }).attributes?.[key];
  }
  const { entries } = span;
  for (let index = entries.length - 2; index >= 0; index -= 2) {
    if (entries[index] === key) return entries[index + 1];
  }
  return undefined;
}
