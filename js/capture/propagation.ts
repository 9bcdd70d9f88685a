/**
 * The propagator that carries a trace over process borders: W3C Trace Context and W3C Baggage,
 * together or alone, as `OTEL_PROPAGATORS` says.
 *
 * The parts guard themselves, so one that finds nothing usable does not keep the other from its
 * header.
 */
import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from "@opentelemetry/api";
import { quote } from "../errors.js";
import { BaggagePropagator } from "./baggage.js";
import { TraceContextPropagator } from "./traceparent.js";

/** The propagators that exist here, by their name in `OTEL_PROPAGATORS`. */
const PROPAGATORS = {
  tracecontext: TraceContextPropagator,
  baggage: BaggagePropagator,
} as const;

type PropagatorName = keyof typeof PROPAGATORS;

const DEFAULT_NAMES: readonly PropagatorName[] = ["tracecontext", "baggage"];

/** Several propagators as one, in their order. */
export class CompositePropagator implements TextMapPropagator {
  readonly #parts: readonly TextMapPropagator[];

  constructor(parts: readonly TextMapPropagator[]) {
    this.#parts = parts;
  }

  inject<Carrier>(context: Context, carrier: Carrier, setter: TextMapSetter<Carrier>): void {
    for (const part of this.#parts) part.inject(context, carrier, setter);
  }

  extract<Carrier>(context: Context, carrier: Carrier, getter: TextMapGetter<Carrier>): Context {
    return this.#parts.reduce(
      (extracted, part) => part.extract(extracted, carrier, getter),
      context,
    );
  }

  fields(): string[] {
    return this.#parts.flatMap((part) => part.fields());
  }
}

export interface ChosenPropagator {
  readonly propagator: TextMapPropagator;
  /** Which ones it consists of; empty for `none`. */
  readonly names: readonly PropagatorName[];
  /** What was not understood, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * @param variable - the value of `OTEL_PROPAGATORS`, a list with commas; unset and empty mean both
 */
export function choosePropagator(variable: string | undefined): ChosenPropagator {
  const asked = (variable ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
  const known = [...new Set(asked)].filter(isPropagatorName);
  const isNone = asked.length > 0 && asked.every((name) => name === "none");
  const chosen = known.length > 0 || isNone ? known : DEFAULT_NAMES;
  return {
    propagator: new CompositePropagator(chosen.map((name) => new PROPAGATORS[name]())),
    names: chosen,
    warnings: warningsFor(asked, chosen),
  };
}

function warningsFor(asked: readonly string[], chosen: readonly PropagatorName[]): string[] {
  const using = `Using ${chosen.join(",")}.`;
  const warnings = asked
    .filter((name) => name !== "none" && !isPropagatorName(name))
    .map((name) => `OTEL_PROPAGATORS names ${quote(name)}, which is not supported. ${using}`);
  if (asked.includes("none") && chosen.length > 0) {
    warnings.push(`OTEL_PROPAGATORS names "none" beside others; "none" only works alone. ${using}`);
  }
  return warnings;
}

function isPropagatorName(name: string): name is PropagatorName {
  return Object.hasOwn(PROPAGATORS, name);
}
