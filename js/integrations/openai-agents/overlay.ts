/**
 * Where the SDK is: what it holds to be current, for whoever starts a span.
 */
import type { Context } from "@opentelemetry/api";

import type { Overlay } from "../../capture/overlay.js";
import { spanStateOf } from "./attached.js";
import { type AgentsSdk, placeOfItem } from "./sdk.js";
import type { TraceState } from "./trace-state.js";

export class SdkOverlay implements Overlay {
  constructor(
    private readonly sdk: AgentsSdk,
    /** `undefined` where nothing is traced. */
    private readonly traceState: () => TraceState | undefined,
  ) {}

  place(): string | undefined {
    return placeOfItem(this.sdk.getCurrentSpan() ?? this.sdk.getCurrentTrace());
  }

  context(): Context | undefined {
    const span = this.sdk.getCurrentSpan();
    const state = span === null || span === undefined ? this.traceState() : spanStateOf(span);
    return state?.context();
  }
}
