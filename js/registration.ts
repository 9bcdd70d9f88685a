/**
 * Our place in the OpenTelemetry API: the global tracer provider, context manager and propagator.
 * What somebody else has registered stays theirs, unless the app wants us there; then they get it
 * back at the end. Only what is ours is taken back.
 *
 * A propagator goes with a provider: an app that registered one without the other wants no headers.
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

/** Proxies of proxies come from who gives a place back; nobody goes in circles. */
const MAX_PROXIES = 8;

export interface Candidates {
  readonly trace: TracerProvider;
  readonly context: ContextManager;
  readonly propagation: TextMapPropagator;
}

export type Role = keyof Candidates;

export interface Registration {
  /** The roles that are ours. */
  readonly held: readonly Role[];
  /** The roles that are somebody else's. */
  readonly taken: readonly Role[];
  /** The roles that nobody has and the API did not let us have. */
  readonly refused: readonly Role[];
  /** Takes back what is ours, and gives back what was somebody else's. */
  undo(): void;
}

/** A place in the API: what was in it, and how to take and to leave it. */
interface Place {
  readonly role: Role;
  readonly before: unknown;
  take(): boolean;
  isOurs(): boolean;
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
      isOurs: () => globalProvider() === ours.trace,
      leave: () => trace.disable(),
      giveBack: () => before.trace && trace.setGlobalTracerProvider(before.trace),
    },
    {
      role: "context",
      before: before.context,
      take: () => context.setGlobalContextManager(ours.context),
      isOurs: () => registered("context") === ours.context,
      leave: () => context.disable(),
      giveBack: () => before.context && context.setGlobalContextManager(before.context.enable()),
    },
    {
      role: "propagation",
      before: before.propagation,
      take: () => propagation.setGlobalPropagator(ours.propagation),
      isOurs: () => registered("propagation") === ours.propagation,
      leave: () => propagation.disable(),
      giveBack: () => before.propagation && propagation.setGlobalPropagator(before.propagation),
    },
  ];
}

/** @param force - also takes the roles that somebody else has */
export function register(ours: Candidates, force: boolean): Registration {
  const places = placesFor(ours);
  const taken = force ? [] : places.filter((place) => place.before !== undefined);
  const hasProvider = taken.some(({ role }) => role === "trace");
  const wanted = places.filter(
    (place) => !taken.includes(place) && !(hasProvider && place.role === "propagation"),
  );
  for (const place of wanted) if (place.before !== undefined) place.leave();
  const held = wanted.filter((place) => place.take());
  const refused = wanted.filter((place) => !held.includes(place));
  return {
    held: roles(held),
    taken: roles(taken),
    refused: roles(refused),
    undo: () => {
      for (const place of held.splice(0)) {
        // Somebody may have cleared it and come himself since.
        if (!place.isOurs()) continue;
        place.leave();
        place.giveBack();
      }
    },
  };
}

function roles(places: readonly Place[]): Role[] {
  return places.map(({ role }) => role);
}

/** What somebody has registered. Asking the API itself would log an error. */
export function registered<R extends Role>(role: R): Candidates[R] | undefined {
  const all = (globalThis as Record<symbol, unknown>)[API_GLOBAL];
  return (all as Partial<Candidates> | undefined)?.[role];
}

/** The provider that apps reach through the API, which itself registers a proxy for it. */
export function globalProvider(): TracerProvider | undefined {
  let provider: TracerProvider | undefined = registered("trace");
  for (let depth = 0; depth < MAX_PROXIES && provider !== undefined; depth++) {
    const proxy: TracerProvider & { getDelegate?: () => TracerProvider } = provider;
    if (typeof proxy.getDelegate !== "function") break;
    provider = proxy.getDelegate();
  }
  return provider;
}

/** One line for people: what was there before, and what follows from that. */
export function describeRegistration(
  { taken, refused }: Pick<Registration, "taken" | "refused">,
  hasProcessor: boolean,
): string | undefined {
  if (refused.length > 0) {
    return (
      `OpenTelemetry's API did not let this package register (${refused.join(", ")}): ` +
      "another version of @opentelemetry/api came first, so spans of other libraries are missing. " +
      "npm ls @opentelemetry/api shows who has which; a common one mends it."
    );
  }
  if (taken.includes("trace")) {
    const others = hasProcessor
      ? ""
      : " Its own spans are sent only where it sends them; to have them here too, give it a " +
        "CatalystSpanProcessor of catalyst-tracing/otel.";
    return (
      "OpenTelemetry has a tracer provider already, which stays: spans of this package are sent " +
      `beside it, in the same traces.${others} ${CHOICES}`
    );
  }
  if (taken.includes("propagation")) {
    return (
      "OpenTelemetry has a propagator already, which stays: it does not tell other processes who " +
      `the agent, the session and the user are. ${CHOICES}`
    );
  }
  if (taken.includes("context")) {
    return (
      "OpenTelemetry has a context manager already, which stays: it also carries the active span " +
      `of this package. ${CHOICES}`
    );
  }
  return undefined;
}

const CHOICES = "Pass register: true to take its place, or register: false to say nothing.";
