/**
 * What happens at a call of an instrumented method: a span begins, the original runs with that span
 * active, and what it returned goes back to the app as the same object, listened to in place.
 */
import { types } from "node:util";

import {
  context as contextApi,
  type Context,
  SpanKind,
  trace,
  type Tracer,
} from "@opentelemetry/api";

import { NOOP_TRACER } from "../../capture/noop-tracer.js";
import { overlaid } from "../../capture/overlay.js";
import { warnOnce } from "../../log.js";
import { activeContext, activeTracer, runIn } from "../../runtime.js";
import { guarded } from "../guard.js";
import { claim } from "../llm-slot.js";
import { mayRecordPayloads } from "../payloads.js";
import { Call } from "./call.js";
import { hasOnlookers } from "./onlookers.js";
import type { Operation } from "./operations.js";
import { isApiPromise, listenToPromise } from "./promise.js";
import {
  type Method,
  type Outcome,
  prototypeAt,
  type Replacement,
  replaceMethod,
} from "./replace-method.js";
import { followAnswer } from "./stream.js";

export function patchOperation(client: unknown, operation: Operation, tracer?: Tracer): Outcome {
  const prototype = prototypeAt(client, operation.path);
  if (prototype === undefined) return "left";
  const make = (original: Method, replacement: Replacement): Method =>
    traced(original, replacement, operation);
  return replaceMethod(prototype, operation.method, make, tracer);
}

function traced(original: Method, replacement: Replacement, operation: Operation): Method {
  return function (this: unknown, ...args: unknown[]) {
    const tracer = replacement.tracer ?? activeTracer();
    if (tracer === NOOP_TRACER || isInside(this)) return original.apply(this, args);
    const begun = begin(tracer, operation, this, replacement.tracer !== undefined);
    if (begun === undefined) return original.apply(this, args);
    begun.call?.request(this, args);
    return runTraced(original, this, args, begun);
  };
}

/** Whose method runs at the moment: a subclass may call the one that it overrides. */
let inside: unknown;

function isInside(resource: unknown): boolean {
  return resource !== undefined && resource === inside;
}

function runTraced(
  original: Method,
  resource: unknown,
  args: unknown[],
  { call, context, run }: Begun,
): unknown {
  const outer = inside;
  inside = resource;
  try {
    const apply = Reflect.apply<unknown, unknown[], unknown>;
    const result =
      run === undefined
        ? original.apply(resource, args)
        : run(context, apply, original, resource, args);
    if (call !== undefined) follow(result, call);
    return result;
  } catch (error) {
    call?.fail(error);
    throw error;
  } finally {
    inside = outer;
  }
}

/** OpenTelemetry's global context, whoever manages it. */
const foreign = overlaid(contextApi);

interface Begun {
  /** Only where the span is recorded. */
  readonly call: Call | undefined;
  readonly context: Context;
  /** Left out where nobody could tell. */
  readonly run: typeof runIn | undefined;
}

/** @param isForeign - the tracer was given, and may go with a context manager that is not ours */
function begin(
  tracer: Tracer,
  operation: Operation,
  resource: unknown,
  isForeign: boolean,
): Begun | undefined {
  try {
    const parent = isForeign ? foreign.active() : activeContext();
    const offered = claim(parent);
    const span =
      offered?.span ?? tracer.startSpan(operation.spanName, { kind: SpanKind.CLIENT }, parent);
    if (offered !== undefined) span.updateName(operation.spanName);
    const run = runnerFor(operation, resource, isForeign);
    const context = run === undefined ? parent : trace.setSpan(parent, span);
    if (!span.isRecording()) return { call: undefined, context, run };
    const call = new Call(span, operation, {
      offered,
      withPayloads: mayRecordPayloads(parent),
    });
    return { call, context, run };
  } catch {
    warnOnce("a span of an OpenAI call could not be started; the call goes on", "openai start");
    return undefined;
  }
}

function runnerFor(
  operation: Operation,
  resource: unknown,
  isForeign: boolean,
): typeof runIn | undefined {
  if (isForeign) return runInGlobal;
  return hasOnlookers(resource, operation) ? runIn : undefined;
}

function runInGlobal<A extends unknown[], R>(
  context: Context,
  fn: (...args: A) => R,
  ...args: A
): R {
  return foreign.with(context, fn, undefined, ...args);
}

function follow(result: unknown, call: Call): void {
  guarded(call.span, () => {
    if (isApiPromise(result)) {
      listenToPromise(result, call);
    } else if (types.isPromise(result)) {
      // Somebody has put a function of his own in the method's place.
      result.then(
        (value) => followAnswer(value, call),
        (error: unknown) => call.fail(error),
      );
    } else {
      followAnswer(result, call);
    }
  });
}
