/**
 * Our place in the OpenTelemetry API: the global tracer provider, context manager and propagator.
 * What somebody else has registered stays theirs, and only what is ours is taken back.
 */
import {
  context,
  type ContextManager,
  propagation,
  type TextMapPropagator,
  trace,
  type TracerProvider,
} from "@opentelemetry/api";

/** Where every copy of the API, of any 1.x version, keeps what is registered. */
const API_GLOBAL = Symbol.for("opentelemetry.js.api.1");

type Role = "trace" | "context" | "propagation";

export interface Registration {
  /** The roles that were taken already, by somebody else. */
  readonly taken: readonly Role[];
  /** Takes back what is ours. */
  undo(): void;
}

interface Candidates {
  readonly provider: TracerProvider;
  readonly contextManager: ContextManager;
  readonly propagator: TextMapPropagator;
}

export function register({ provider, contextManager, propagator }: Candidates): Registration {
  const taken = (["trace", "context", "propagation"] as const).filter(isTaken);
  const ours: (() => void)[] = [];
  if (!taken.includes("trace") && trace.setGlobalTracerProvider(provider)) {
    ours.push(() => trace.disable());
  }
  if (!taken.includes("context") && context.setGlobalContextManager(contextManager)) {
    ours.push(() => context.disable());
  }
  if (!taken.includes("propagation") && propagation.setGlobalPropagator(propagator)) {
    ours.push(() => propagation.disable());
  }
  return {
    taken,
    undo: () => {
      for (const takeBack of ours.splice(0)) takeBack();
    },
  };
}

// Asking the API itself would log an error where somebody else is.
function isTaken(role: Role): boolean {
  const registered = (globalThis as Record<symbol, unknown>)[API_GLOBAL];
  return (registered as Partial<Record<Role, unknown>> | undefined)?.[role] !== undefined;
}
