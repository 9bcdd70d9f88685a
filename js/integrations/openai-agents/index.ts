/**
 * The integration for `@openai/agents`, versions 0.1 and later. It listens where spans of the SDK's
 * are made, not as one of its trace processors: those are told late, can be replaced by the app, and
 * wait for one another.
 */
import type { Tracer } from "@opentelemetry/api";

import { NOOP_TRACER } from "../../capture/noop-tracer.js";
import { addOverlay } from "../../capture/overlay.js";
import { activeTracer } from "../../runtime.js";
import { faultless } from "../guard.js";
import type { Installation, Integration } from "../integration.js";
import { type TracerInput, tracerFrom } from "../../tracer-input.js";
import { CustomCall } from "./custom-call.js";
import { Follower } from "./follow.js";
import { Models } from "./models.js";
import { SdkOverlay } from "./overlay.js";
import { instrumentOwnClient } from "./own-client.js";
import { patch } from "./patch.js";
import { tracedEmit, tracedRun } from "./runner.js";
import { isUntraced } from "./run-scope.js";
import { type AgentsSdk, isDisabled, sdkIn } from "./sdk.js";

export const openaiAgents: Integration = {
  name: "openaiAgents",
  packageName: "@openai/agents",
  install,
};

/**
 * Traces all runs of the `@openai/agents` package from now on.
 * @param module - the namespace of an `import`, or what `require()` gives
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
  const follower = new Follower(sdk, chosen);
  const traceAround = () => follower.traceState(sdk.getCurrentTrace());
  const overlay = new SdkOverlay(sdk, traceAround);
  const followed = follower.follow(overlay);
  // Copies of the SDK that share a provider share what is current, too.
  if (followed > 0) addOverlay(overlay);
  const patched = followed + watchRuns(sdk, chosen, traceAround);
  faultless(() => instrumentOwnClient(sdk, tracer));
  return { patched };
}

function watchRuns(
  sdk: AgentsSdk,
  chosen: () => Tracer,
  traceAround: () => ReturnType<Follower["traceState"]>,
): number {
  const isTracing = (): boolean => chosen() !== NOOP_TRACER;
  const models = new Models(sdk, (parent, model, request) => {
    const sdkTrace = sdk.getCurrentTrace();
    const isTraced = isTracing() && sdkTrace !== null && sdkTrace !== undefined;
    if (!isTraced || isDisabled(sdkTrace) || isUntraced(parent)) return undefined;
    return CustomCall.begin(chosen(), parent, model, request);
  });
  const runner = sdk.Runner.prototype;
  const isInside = (): boolean => Boolean(sdk.getCurrentSpan() ?? sdk.getCurrentTrace());
  const watch = { isTracing, isInside, traceAround, models };
  return [
    patch(runner, "run", (original) => tracedRun(original, watch)),
    patch(runner, "emit", (original) => tracedEmit(sdk, original, models)),
  ].filter(Boolean).length;
}
