/**
 * The guard between integrations and their hosts: what is done for a span inside a call of the app's
 * must not throw into it. A fault is counted where the span counts, and said once.
 */
import type { Span } from "@opentelemetry/api";

import { RecordingSpan } from "../capture/span.js";
import { warnOnce } from "../log.js";

export function guarded(span: Span, act: () => void): void {
  try {
    act();
  } catch (fault) {
    reportFault(span, fault);
  }
}

/** For loops in which a closure per turn would be the most of the work. */
export function reportFault(span: Span, fault: unknown): void {
  try {
    if (span instanceof RecordingSpan) span.recorder.report(fault);
    else warnOnce("a fault inside an integration was kept from the app", "integration fault");
  } catch {
    // The host's stack may be used up.
  }
}
