/**
 * Watches runs from outside: what they are given, what they give, and that they are over, which the
 * SDK's spans do not tell when a run is rejected, interrupted or resumed.
 */
import { activeContext, runIn } from "../../runtime.js";
import { Attr } from "../../semconv.js";
import { setContent, setJson, setSpanAttribute } from "../../spans/values.js";
import { faultless } from "../guard.js";
import { fieldsOf, isFunction } from "../openai/fields.js";
import { withPayloads } from "../payloads.js";
import { inRun, type RunScope } from "./run-scope.js";
import type { AgentsSdk, AnyMethod } from "./sdk.js";
import { spanStateOf } from "./states.js";

export function tracedRun(
  sdk: AgentsSdk,
  original: AnyMethod,
  isTracing: () => boolean,
): AnyMethod {
  return async function run(this: unknown, ...args: unknown[]): Promise<unknown> {
    if (!isTracing()) return await original.apply(this, args);
    const { traceIncludeSensitiveData } = fieldsOf(fieldsOf(this)["config"]);
    const mayRecord = traceIncludeSensitiveData !== false;
    const scope: RunScope = { input: mayRecord ? inputIn(args[1]) : undefined, traces: new Set() };
    const isOutermost = (sdk.getCurrentTrace() ?? undefined) === undefined;
    const context = withPayloads(inRun(activeContext(), scope), mayRecord);
    const over = (): void => {
      if (isOutermost) faultless(() => scope.traces.forEach((trace) => trace.end()));
    };
    let streamed: Promise<unknown> | undefined;
    try {
      const result = await runIn(context, () => original.apply(this, args));
      streamed = endOfStream(result);
      return result;
    } finally {
      if (streamed === undefined) over();
      else void streamed.then(over, over);
    }
  };
}

/** Settles when a streamed run is over, whether or not anybody reads it. */
function endOfStream(result: unknown): Promise<unknown> | undefined {
  const { _getStreamLoopPromise: loop, completed } = fieldsOf(result);
  const promise = isFunction(loop) ? loop.call(result) : completed;
  return promise instanceof Promise ? promise : undefined;
}

/** What starts a run is recorded; the saved state that resumes one is not its input. */
function inputIn(input: unknown): unknown {
  return typeof input === "string" || Array.isArray(input) ? input : undefined;
}

export function tracedEmit(sdk: AgentsSdk, original: AnyMethod): AnyMethod {
  return function emit(this: unknown, ...args: unknown[]): unknown {
    faultless(() => observe(sdk, args));
    return original.apply(this, args);
  };
}

function observe(sdk: AgentsSdk, [event, , , subject, details]: unknown[]): void {
  if (event !== "agent_end" && event !== "agent_tool_start") return;
  const state = spanStateOf(sdk.getCurrentSpan());
  if (event === "agent_end") {
    const span = state?.agent?.current;
    if (span !== undefined && state?.mayRecordPayloads()) setContent(span, "output", subject);
  } else if (state?.type === "function" && state.current !== undefined) {
    const { description, parameters } = fieldsOf(subject);
    setSpanAttribute(state.current, Attr.TOOL_DESCRIPTION, description);
    if (parameters !== undefined) setJson(state.current, Attr.TOOL_PARAMETERS, parameters);
    const { callId, id } = fieldsOf(fieldsOf(details)["toolCall"]);
    setSpanAttribute(state.current, Attr.TOOL_CALL_ID, callId ?? id);
  }
}
