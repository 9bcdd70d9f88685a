/**
 * Listens where spans and traces of the SDK's are made, started, ended and cloned. Their classes
 * are patched when the first of them is met, because several copies of the SDK share one provider.
 */
import type { Tracer } from "@opentelemetry/api";

import { NOOP_TRACER } from "../../capture/noop-tracer.js";
import { underneath } from "../../capture/overlay.js";
import { activeContext } from "../../runtime.js";
import { faultless, reportSpanless } from "../guard.js";
import { attach, traceStateOf, spanStateOf, stateOf } from "./attached.js";
import type { SdkOverlay } from "./overlay.js";
import { patch } from "./patch.js";
import { isUntraced } from "./run-scope.js";
import {
  type AgentsSdk,
  type AnyMethod,
  isDisabled,
  isSpan,
  type SdkSpan,
  type SdkTrace,
} from "./sdk.js";
import { SpanState } from "./span-state.js";
import { startedRun, whenLeft } from "./storage.js";
import { TraceState } from "./trace-state.js";

export class Follower {
  /** Prototypes of spans and traces that were met. */
  private readonly followed = new WeakSet<object>();

  constructor(
    private readonly sdk: AgentsSdk,
    private readonly tracer: () => Tracer,
  ) {}

  /** Patches what makes spans and traces; says how much was patched now. */
  follow(overlay: SdkOverlay): number {
    const provider = this.sdk.getGlobalTraceProvider();
    const patched = [
      patch(provider, "createSpan", (original) => this.tracedCreateSpan(original, overlay)),
      patch(provider, "createTrace", (original) => this.tracedCreateTrace(original)),
    ];
    return patched.filter(Boolean).length;
  }

  /** The state of a trace, unless nothing is traced. Some traces are not made by the provider. */
  traceState(sdkTrace: SdkTrace | null | undefined): TraceState | undefined {
    if (sdkTrace === null || sdkTrace === undefined) return undefined;
    const known = traceStateOf(sdkTrace);
    if (known !== undefined) return known ?? undefined;
    const tracer = this.tracer();
    if (tracer === NOOP_TRACER || isDisabled(sdkTrace) || isUntraced(underneath(activeContext))) {
      return undefined;
    }
    this.followTracesLike(sdkTrace);
    const state = new TraceState(sdkTrace, tracer);
    attach(sdkTrace, state);
    return state;
  }

  private tracedCreateTrace(original: AnyMethod): AnyMethod {
    const meet = (sdkTrace: SdkTrace): void => {
      try {
        this.followTracesLike(sdkTrace);
        this.tellOfRun(sdkTrace);
      } catch (fault) {
        reportSpanless(fault);
      }
    };
    return function createTrace(this: unknown, ...args: unknown[]): unknown {
      const sdkTrace = original.apply(this, args);
      meet(sdkTrace as SdkTrace);
      return sdkTrace;
    };
  }

  /** In which run a trace is made, where no context tells. */
  private tellOfRun(sdkTrace: SdkTrace): void {
    const around = this.sdk.getCurrentTrace() ?? undefined;
    const run = startedRun() ?? (around && traceStateOf(around)?.run);
    if (run === undefined) return;
    const state = this.traceState(sdkTrace);
    if (state !== undefined) state.run = run;
  }

  private tracedCreateSpan(original: AnyMethod, overlay: SdkOverlay): AnyMethod {
    const adopt = (span: SdkSpan, parent: SdkSpan | SdkTrace | undefined): void => {
      try {
        this.adopt(span, parent, overlay);
      } catch (fault) {
        reportSpanless(fault);
      }
    };
    return function createSpan(this: unknown, ...args: unknown[]): unknown {
      const span = original.apply(this, args) as SdkSpan;
      adopt(span, args[1] as SdkSpan | SdkTrace | undefined);
      return span;
    };
  }

  private adopt(span: SdkSpan, parent: SdkSpan | SdkTrace | undefined, overlay: SdkOverlay): void {
    if (isDisabled(span) || spanStateOf(span) !== undefined) return;
    if (isUntraced(underneath(activeContext))) return;
    const isUnder = parent !== undefined && isSpan(parent);
    const trace = isUnder
      ? (spanStateOf(parent)?.trace ?? this.traceState(this.sdk.getCurrentTrace()))
      : this.traceState(parent ?? this.sdk.getCurrentTrace());
    if (trace === undefined) return;
    const above = parent ?? this.sdk.getCurrentSpan() ?? this.sdk.getCurrentTrace() ?? undefined;
    const prototype = Object.getPrototypeOf(span) as object;
    if (!this.followed.has(prototype)) {
      this.followed.add(prototype);
      followSpansLike(prototype);
    }
    attach(span, new SpanState(span, above, trace, overlay));
  }

  private followTracesLike(sdkTrace: SdkTrace): void {
    const prototype = Object.getPrototypeOf(sdkTrace) as object;
    if (this.followed.has(prototype)) return;
    this.followed.add(prototype);
    const started = (one: SdkTrace): void => {
      const state = this.traceState(one);
      if (state === undefined) return;
      state.start();
      whenLeft(one, () => faultless(() => state.over()));
    };
    patch(prototype, "start", (original) => {
      return function start(this: unknown, ...args: unknown[]): unknown {
        try {
          started(this as SdkTrace);
        } catch (fault) {
          reportSpanless(fault);
        }
        return original.apply(this, args);
      };
    });
    patch(prototype, "end", (original) => {
      return function end(this: unknown, ...args: unknown[]): unknown {
        try {
          traceStateOf(this as SdkTrace)?.over();
        } catch (fault) {
          reportSpanless(fault);
        }
        return original.apply(this, args);
      };
    });
    patch(prototype, "clone", tracedClone);
  }
}

/** Before the SDK's own method, whose processors may run any code of the app's. */
function followSpansLike(prototype: object): void {
  patch(prototype, "start", (original) => {
    return function start(this: unknown, ...args: unknown[]): unknown {
      try {
        spanStateOf(this as SdkSpan)?.begin();
      } catch (fault) {
        reportSpanless(fault);
      }
      return original.apply(this, args);
    };
  });
  patch(prototype, "end", (original) => {
    return function end(this: unknown, ...args: unknown[]): unknown {
      try {
        spanStateOf(this as SdkSpan)?.end(this as SdkSpan);
      } catch (fault) {
        reportSpanless(fault);
      }
      return original.apply(this, args);
    };
  });
  patch(prototype, "clone", tracedClone);
}

function tracedClone(original: AnyMethod): AnyMethod {
  return function clone(this: unknown, ...args: unknown[]): unknown {
    const cloned = original.apply(this, args) as object;
    try {
      const state = stateOf(this as object);
      if (state !== undefined) attach(cloned, state);
      // Until 0.8 the clone of a trace that records nothing looks like any other.
      else if (isDisabled(this as SdkSpan | SdkTrace)) attach(cloned, null);
    } catch (fault) {
      reportSpanless(fault);
    }
    return cloned;
  };
}
