/**
 * The tracer in what a user passes as the place to send spans to: a tracer, a tracer provider, or
 * anything that has one of them as `tracer` or `provider`, such as the handle of `setup()`.
 */
import type { Tracer, TracerProvider } from "@opentelemetry/api";

import { InvalidTracerInputError } from "./errors.js";
import { PACKAGE_VERSION } from "./options.js";
import { activeTracer } from "./runtime.js";

/** What the span functions and the `instrument…` functions take in place of the running tracing. */
export type TracerInput =
  Tracer | TracerProvider | { readonly tracer: Tracer } | { readonly provider: TracerProvider };

const SCOPE_NAME = "catalyst-tracing";

/**
 * `undefined` for the tracing that runs: whoever names it means "my tracing", and that may be
 * started anew. Throws an `InvalidTracerInputError` for what has no tracer.
 */
export function tracerFrom(input: unknown): Tracer | undefined {
  if (input === undefined || input === null) return undefined;
  const tracer = find(input);
  if (tracer === undefined) throw new InvalidTracerInputError(input);
  return tracer === activeTracer() ? undefined : tracer;
}

function find(input: unknown): Tracer | undefined {
  try {
    const { tracer, provider } = input as { tracer?: unknown; provider?: unknown };
    return (
      asTracer(input) ?? asTracer(tracer) ?? tracerOf(input) ?? tracerOf(provider) ?? undefined
    );
  } catch {
    return undefined; // Something in there throws when it is looked at.
  }
}

function asTracer(value: unknown): Tracer | undefined {
  const { startSpan } = (value ?? {}) as { startSpan?: unknown };
  return typeof startSpan === "function" ? (value as Tracer) : undefined;
}

function tracerOf(value: unknown): Tracer | undefined {
  const { getTracer } = (value ?? {}) as { getTracer?: unknown };
  if (typeof getTracer !== "function") return undefined;
  return asTracer((value as TracerProvider).getTracer(SCOPE_NAME, PACKAGE_VERSION));
}
