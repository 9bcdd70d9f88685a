/**
 * Spans that are open when the process ends: they end with it, and say so.
 */
import { type Span, SpanStatusCode } from "@opentelemetry/api";

import { RecordingSpan } from "../capture/span.js";
import type { EndReason } from "./endings.js";

/** Those that started last end first: they may be inside of others. */
export function endUnfinished(spans: readonly RecordingSpan[], reason: EndReason): void {
  for (const span of [...spans].reverse()) {
    markUnfinished(span, reason);
    span.end();
  }
}

/** What the app has said itself of how the span came out stands. */
export function markUnfinished(span: Span, reason: EndReason): void {
  span.setAttributes({ "catalyst.incomplete": true, "catalyst.incomplete_reason": reason });
  if (span instanceof RecordingSpan && span.statusCode !== SpanStatusCode.UNSET) return;
  const message = `the process ended before the span did: ${reason}`;
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
