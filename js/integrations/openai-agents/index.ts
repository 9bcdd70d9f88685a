/**
 * The integration for `@openai/agents`, versions 0.1 and later. It listens where spans of the SDK's
 * are made, not as one of its trace processors: those are told late, can be replaced by the app, and
 * wait for one another.
 */
import type { Tracer } from "@opentelemetry/api";

import { NOOP_TRACER } from "../../capture/noop-tracer.js";
import { setOverlay } from "../../capture/overlay.js";
import { activeTracer } from "../../runtime.js";
import { faultless } from "../guard.js";
import type { Installation, Integration } from "../integration.js";
import { openai } from "../openai/index.js";
import { fieldsOf, isFunction } from "../openai/fields.js";
import { type TracerInput, tracerFrom } from "../tracer-input.js";
import { tracedEmit, tracedRun } from "./runner.js";
import { type AgentsSdk, type AnyMethod, isDisabled, isSpan, sdkIn, type SdkSpan } from "./sdk.js";
import { mark, placeOfItem, SpanState, spanStateOf, traceStateOf } from "./states.js";

export const openaiAgents: Integration = {
  name: "openaiAgents",
  packageName: "@openai/agents",
  install,
};

/** On what has been patched, so that no copy of this package does it again. */
const PATCHED = Symbol.for("catalyst-tracing.openai-agents.patched");

/**
 * Traces all runs of the `@openai/agents` package from now on.
 * @param module - what `import * as agents from "@openai/agents"` gives
 * @param tracer - where spans go, if not to the tracing that `setup()` has started
 * @returns the module
 * @throws InvalidSdkInputError, InvalidTracerInputError
 */
export function instrumentOpenAIAgents<Module>(
  module: Module,
  tracer?: TracerInput | null,
): Module {
  install(module, tracerFrom(tracer));
  return module;
}

function install(module: unknown, tracer?: Tracer): Installation {
  const sdk = sdkIn(module);
  const chosen = (): Tracer => tracer ?? activeTracer();
  const isTracing = (): boolean => chosen() !== NOOP_TRACER;
  const provider = sdk.getGlobalTraceProvider();
  const runner = sdk.Runner.prototype;
  const patched = [
    patch(provider, "createSpan", (original) => tracedCreateSpan(sdk, original, chosen)),
    patch(runner, "run", (original) => tracedRun(sdk, original, isTracing)),
    patch(runner, "emit", (original) => tracedEmit(sdk, original)),
  ];
  setOverlay({
    place: () => placeOfItem(sdk.getCurrentSpan() ?? sdk.getCurrentTrace()),
    context: () => {
      const state = spanStateOf(sdk.getCurrentSpan());
      const trace = sdk.getCurrentTrace();
      if (state !== undefined) return state.context();
      if (trace === null || trace === undefined || isDisabled(trace) || !isTracing()) return;
      return traceStateOf(trace, chosen()).context();
    },
  });
  faultless(() => instrumentOwnClient(sdk, tracer));
  return { patched: patched.filter(Boolean).length };
}

function tracedCreateSpan(sdk: AgentsSdk, original: AnyMethod, tracer: () => Tracer): AnyMethod {
  return function createSpan(this: unknown, ...args: unknown[]): unknown {
    const span = original.apply(this, args) as SdkSpan;
    faultless(() => adopt(sdk, span, args[1] as SdkSpan | undefined, tracer()));
    return span;
  };
}

function adopt(sdk: AgentsSdk, span: SdkSpan, parent: SdkSpan | undefined, tracer: Tracer): void {
  if (tracer === NOOP_TRACER || isDisabled(span) || spanStateOf(span) !== undefined) return;
  const sdkTrace = parent !== undefined && !isSpan(parent) ? parent : sdk.getCurrentTrace();
  if (sdkTrace === null || sdkTrace === undefined) return;
  const above = parent ?? sdk.getCurrentSpan() ?? sdkTrace;
  const state = new SpanState(span, above, traceStateOf(sdkTrace as never, tracer));
  mark(span, state);
  const { start, end } = span;
  // Before the SDK's own, whose processors may run any code of the app's.
  span.start = function (this: SdkSpan) {
    faultless(() => state.begin());
    start.call(this);
  };
  span.end = function (this: SdkSpan) {
    faultless(() => state.end());
    end.call(this);
  };
}

/** The SDK may have another copy of the `openai` package than the app. */
function instrumentOwnClient({ OpenAIProvider }: AgentsSdk, tracer: Tracer | undefined): void {
  if (OpenAIProvider === undefined) return;
  const model = new OpenAIProvider({ apiKey: "unused" }).getModel("unused");
  const use = (known: unknown): void => {
    const { constructor: client } = fieldsOf(fieldsOf(known)["_client"]);
    if (isFunction(client) && client !== Object) openai.install(client, tracer);
  };
  if (model instanceof Promise)
    model.then(
      (known) => faultless(() => use(known)),
      () => undefined,
    );
  else use(model);
}

function patch(target: object, name: string, make: (original: AnyMethod) => AnyMethod): boolean {
  const original = (target as Record<string, unknown>)[name];
  if (!isFunction(original) || PATCHED in original) return false;
  const replacement = make(original);
  Object.defineProperty(replacement, PATCHED, { value: true });
  for (const property of ["name", "length"] as const) {
    Object.defineProperty(replacement, property, { value: original[property], configurable: true });
  }
  Object.defineProperty(target, name, { value: replacement, writable: true, configurable: true });
  return true;
}
