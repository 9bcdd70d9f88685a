/**
 * The guard between integrations and their hosts: what is done for a span inside a call of the app's
 * must not throw into it. A fault is counted where the span counts, and said once.
 */
import type { Span } from "@opentelemetry/api";

import { RecordingSpan } from "../capture/span.js";
import { RecordingTracer } from "../capture/tracer.js";
import { warnOnce } from "../log.js";
import { activeTracer } from "../runtime.js";

export function guarded(span: Span, act: () => void): void {
  try {
    act();
  } catch (fault) {
    reportFault(span, fault);
  }
}

/** Where a closure would be a good part of the work: in loops, and in what every span passes. */
export function reportFault(span: Span, fault: unknown): void {
  try {
    if (span instanceof RecordingSpan) span.recorder.report(fault);
    else warnOnce("a fault inside an integration was kept from the app", "integration fault");
  } catch {
    // The host's stack may be used up.
  }
}

/** Where there is no span to count a fault on, it counts with whatever tracing runs. */
export function faultless(act: () => void): void {
  try {
    act();
  } catch (fault) {
    reportSpanless(fault);
  }
}

/** As `reportFault`. */
export function reportSpanless(fault: unknown): void {
  try {
    const tracer = activeTracer();
    if (tracer instanceof RecordingTracer) tracer.recorder.report(fault);
    else warnOnce("a fault inside an integration was kept from the app", "integration fault");
  } catch {
    // The host's stack may be used up.
  }
}
