/**
 * Runs a function inside a span: the span is active in it and in all that it starts, and ends when
 * its work has ended. What it returns and what it throws pass unchanged.
 */
import {
  type AttributeValue,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from "@opentelemetry/api";

import { exceptionAttributes } from "../capture/exception.js";
import { asRecord, inheritedAt, inheriting } from "../capture/inherited.js";
import { NOOP_TRACER } from "../capture/noop-tracer.js";
import { RecordingSpan } from "../capture/span.js";
import { CatalystTracingError, CatalystTracingErrorCodes, describeValue } from "../errors.js";
import { nameText } from "../handoff/stand-ins.js";
import { tracerFrom } from "../tracer-input.js";
import { activeContext, activeTracer, runIn, withActive } from "../runtime.js";
import { Attr } from "../semconv.js";
import { guarded } from "./guard.js";
import { type AgentSpanHandle, SpanHandle } from "./handle.js";
import type { OptionReader } from "./options.js";
import { metadataAttributes, tagAttributes } from "./options.js";
import { screened, startScreened } from "./screened.js";
import { setContent, setSpanAttributes } from "./values.js";

const SPAN_KINDS = [
  SpanKind.INTERNAL,
  SpanKind.SERVER,
  SpanKind.CLIENT,
  SpanKind.PRODUCER,
  SpanKind.CONSUMER,
];

/** A span to be started: what of it the options said. */
export interface SpanPlan {
  readonly name: string;
  readonly kind: string;
  /** What it and every span underneath have; `undefined` takes away what was inherited. */
  readonly inherited: Readonly<Record<string, AttributeValue | undefined>>;
  readonly options: OptionReader;
}

/** A span that has started, and the context in which it is active. */
export interface StartedSpan {
  readonly handle: AgentSpanHandle;
  readonly context: Context;
}

export function startSpan(tracer: Tracer | undefined, plan: SpanPlan): StartedSpan {
  const around = activeContext();
  // A context of its own is dear, and most spans have nothing to hand down.
  const isHeir = Object.keys(plan.inherited).length > 0;
  const context = isHeir ? inheriting(around, plan.inherited) : around;
  const kind = plan.options.value("otelKind");
  const options = {
    kind: SPAN_KINDS.find((known) => known === kind) ?? SpanKind.INTERNAL,
    attributes: { [Attr.SPAN_KIND]: plan.kind },
  };
  // A tracer of others must not keep the user's function from running, whatever it does.
  const span =
    guarded(() => startScreened(tracer ?? activeTracer(), plan.name, options, context)) ??
    NOOP_TRACER.startSpan(plan.name, options, context);
  guarded(() => {
    const written = screened(span);
    // Spans of other tracers know nothing of inheritance.
    if (!(span instanceof RecordingSpan)) written.setAttributes(asRecord(inheritedAt(context)));
    setCommon(written, plan.options);
  });
  return { handle: new SpanHandle(span), context: withActive(context, span) };
}

function setCommon(span: Span, options: OptionReader): void {
  const system = options.text("system");
  if (system !== undefined) span.setAttribute(Attr.SYSTEM, system);
  const attributes = options.value("attributes");
  if (typeof attributes === "object" && attributes !== null) setSpanAttributes(span, attributes);
  const metadata = options.value("metadata");
  if (metadata !== undefined) span.setAttributes(metadataAttributes(metadata));
  const tags = options.value("tags");
  if (tags !== undefined) span.setAttributes(tagAttributes(tags));
  const input = options.value("input");
  if (input !== undefined) setContent(span, "input", input);
}

/**
 * Always through a promise, as documented; `fn` itself runs at once.
 * @param settle - told before the end whether `fn` has thrown
 */
export async function runInside<T>(
  { handle, context }: StartedSpan,
  fn: (span: AgentSpanHandle) => T,
  settle?: (span: Span, hasThrown: boolean) => void,
): Promise<Awaited<T>> {
  let hasThrown = false;
  try {
    return await runIn(context, fn, handle);
  } catch (error) {
    hasThrown = true;
    guarded(() => recordFailure(handle.raw, error));
    throw error;
  } finally {
    guarded(() => settle?.(handle.raw, hasThrown));
    guarded(() => handle.raw.end());
  }
}

/** An error that left the span: an exception event, and the status. */
export function recordFailure(failed: Span, error: unknown): void {
  const span = screened(failed);
  const attributes = exceptionAttributes(error);
  span.addEvent("exception", { ...attributes, "exception.escaped": true });
  const message = attributes["exception.message"];
  span.setStatus({
    code: SpanStatusCode.ERROR,
    message: typeof message === "string" ? message : nameText(error),
  });
}

/** The arguments of `agentSpan` and `manualSpan`, whose tracer may be left out. */
export interface SpanCall<T> {
  readonly tracer: Tracer | undefined;
  readonly options: unknown;
  readonly fn: (span: AgentSpanHandle) => T;
}

/** @throws CatalystTracingError for a call without a function: there is nothing to run */
export function readCall<T>(caller: string, args: readonly unknown[]): SpanCall<T> {
  const hasTracer = args.length > 2;
  const [options, fn] = hasTracer ? args.slice(1) : args;
  if (typeof fn !== "function") {
    throw new CatalystTracingError(
      CatalystTracingErrorCodes.INVALID_ARGUMENT,
      `${caller}(): got ${describeValue(fn)} as the function to run. ` +
        `Call it as ${caller}(options, async (span) => { … }), or with a tracer before the options.`,
    );
  }
  const tracer = hasTracer ? tracerFrom(args[0]) : undefined;
  return { tracer, options, fn: fn as SpanCall<T>["fn"] };
}
