/**
 * Our place in the OpenTelemetry API: the global tracer provider, context manager and propagator.
 * What somebody else has registered stays theirs, unless the app wants us there; then they get it
 * back at the end. Only what is ours is taken back.
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

export interface Candidates {
  readonly trace: TracerProvider;
  readonly context: ContextManager;
  readonly propagation: TextMapPropagator;
}

export type Role = keyof Candidates;

export interface Registration {
  /** The roles that are somebody else's. */
  readonly taken: readonly Role[];
  /** Takes back what is ours, and gives back what was somebody else's. */
  undo(): void;
}

/** A place in the API: what is in it, and how to take and to leave it. */
interface Place {
  readonly role: Role;
  readonly before: unknown;
  take(): boolean;
  leave(): void;
  giveBack(): void;
}

function placesFor(ours: Candidates): readonly Place[] {
  const before = {
    trace: registered("trace"),
    context: registered("context"),
    propagation: registered("propagation"),
  };
  return [
    {
      role: "trace",
      before: before.trace,
      take: () => trace.setGlobalTracerProvider(ours.trace),
      leave: () => trace.disable(),
      giveBack: () => before.trace && trace.setGlobalTracerProvider(before.trace),
    },
    {
      role: "context",
      before: before.context,
      take: () => context.setGlobalContextManager(ours.context),
      leave: () => context.disable(),
      giveBack: () => before.context && context.setGlobalContextManager(before.context),
    },
    {
      role: "propagation",
      before: before.propagation,
      take: () => propagation.setGlobalPropagator(ours.propagation),
      leave: () => propagation.disable(),
      giveBack: () => before.propagation && propagation.setGlobalPropagator(before.propagation),
    },
  ];
}

/** @param force - also takes the roles that somebody else has */
export function register(ours: Candidates, force: boolean): Registration {
  const places = placesFor(ours);
  const taken = force ? [] : places.filter((place) => place.before !== undefined);
  const free = places.filter((place) => !taken.includes(place));
  for (const place of free) if (place.before !== undefined) place.leave();
  const held = free.filter((place) => place.take());
  return {
    taken: taken.map(({ role }) => role),
    undo: () => {
      for (const place of held.splice(0)) {
        place.leave();
        place.giveBack();
      }
    },
  };
}

/** What somebody has registered. Asking the API itself would log an error. */
export function registered<R extends Role>(role: R): Candidates[R] | undefined {
  const all = (globalThis as Record<symbol, unknown>)[API_GLOBAL];
  return (all as Partial<Candidates> | undefined)?.[role];
}
