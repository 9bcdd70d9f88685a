/**
 * Watches runs from outside: what they are given, what they give, and that they are over, which the
 * SDK's spans do not tell when a run is rejected, interrupted or resumed.
 */
import { activeContext, runIn, whatRuns } from "../../runtime.js";
import { Attr } from "../../semconv.js";
import { setContent, setSpanAttribute, stringifyValue } from "../../spans/values.js";
import { faultless, reportSpanless } from "../guard.js";
import { fieldsOf, isFunction } from "../openai/fields.js";
import { mayRecordPayloads, withPayloads } from "../payloads.js";
import { spanStateOf } from "./attached.js";
import type { Models } from "./models.js";
import { inRun, newScope, type RunScope, untraced } from "./run-scope.js";
import type { AgentsSdk, AnyMethod } from "./sdk.js";
import { startRun, tellsOfRuns } from "./storage.js";
import type { TraceState } from "./trace-state.js";

interface Watch {
  readonly isTracing: () => boolean;
  /** Whether something of the SDK's is current, traced or not. */
  readonly isInside: () => boolean;
  /** Of the trace that is current where a run is started. */
  readonly traceAround: () => TraceState | undefined;
  readonly models: Models;
}

export function tracedRun(original: AnyMethod, watch: Watch): AnyMethod {
  return async function run(this: unknown, ...args: unknown[]): Promise<unknown> {
    if (!watch.isTracing()) return await original.apply(this, args);
    const { tracingDisabled, traceIncludeSensitiveData } = fieldsOf(fieldsOf(this)["config"]);
    const around = activeContext();
    // Also for agents used as tools, whose runners do not know how they came to run.
    const mayRecord = traceIncludeSensitiveData !== false && mayRecordPayloads(around);
    if (tracingDisabled === true) {
      const context = withPayloads(untraced(around), mayRecord);
      return await runIn(context, () => original.apply(this, args));
    }
    const watched = new WatchedRun(watch, this, args, mayRecord);
    let result: unknown;
    try {
      result = await watched.inside(() => original.apply(this, args));
    } catch (error) {
      watched.over(error);
      throw error;
    }
    const loop = streamLoop(result);
    if (loop === undefined) watched.over();
    else {
      const ended = (): void => watched.over(fieldsOf(result)["error"]);
      loop.then(ended, (error: unknown) => watched.over(error));
      faultless(() => watchRaise(result as object, watched));
    }
    return result;
  };
}

class WatchedRun {
  private readonly scope: RunScope;
  private readonly around: TraceState | undefined;

  private hasEnded = false;

  constructor(
    private readonly watch: Watch,
    runner: unknown,
    [agent, input]: unknown[],
    private readonly mayRecord: boolean,
  ) {
    this.scope = newScope(mayRecord ? inputIn(input) : undefined);
    let around: TraceState | undefined;
    faultless(() => {
      watch.models.meet(runner, agent);
      watch.models.meet(runner, fieldsOf(input)["_currentAgent"]);
      around = watch.traceAround();
      around?.enter();
    });
    this.around = around;
  }

  inside<T>(act: () => T): T {
    if (this.isFirst()) return startRun(this.scope, act);
    return runIn(withPayloads(inRun(activeContext(), this.scope), this.mayRecord), act);
  }

  /**
   * Nobody could tell whether a context is entered, and what it would say is said by the trace that
   * will be made. A saved state brings its own trace.
   */
  private isFirst(): boolean {
    if (this.scope.input === undefined || !tellsOfRuns()) return false;
    return whatRuns()?.isUnwatched?.() === true && !this.watch.isInside();
  }

  /** The SDK has ended all that it began. */
  isQuiet(): boolean {
    return this.scope.open.size === 0;
  }

  /** What the SDK has left open belongs to a run that was interrupted or has failed. */
  over(error?: unknown): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    faultless(() => {
      for (const state of [...this.scope.open].reverse()) state.suspend();
      const failure =
        error === undefined || error === null ? undefined : failureText(error, this.mayRecord);
      for (const trace of this.scope.began) {
        trace.over(failure);
        trace.leave();
      }
      this.around?.leave();
    });
  }
}

function failureText(error: unknown, mayRecord: boolean): string {
  const { name, message } = fieldsOf(error);
  if (mayRecord && typeof message === "string" && message !== "") return message;
  return typeof name === "string" && name !== "" ? name : "Error";
}

/** Of a streamed run, which goes on whether or not anybody reads it. */
function streamLoop(result: unknown): Promise<unknown> | undefined {
  const { _getStreamLoopPromise: getLoop, completed } = fieldsOf(result);
  const loop = isFunction(getLoop) ? getLoop.call(result) : completed;
  return loop instanceof Promise ? loop : undefined;
}

/** So the app hears of a failure, before the loop is over. */
function watchRaise(result: object, run: WatchedRun): void {
  const { _raiseError: original } = fieldsOf(result);
  if (!isFunction(original)) return;
  const value = function (this: unknown, ...args: unknown[]): unknown {
    if (run.isQuiet()) run.over(args[0]);
    return original.apply(this, args);
  };
  const enumerable = Object.hasOwn(result, "_raiseError");
  Object.defineProperty(result, "_raiseError", {
    value,
    enumerable,
    writable: true,
    configurable: true,
  });
}

/** What starts a run is recorded; the saved state that resumes one is not its input. */
function inputIn(input: unknown): unknown {
  return typeof input === "string" || Array.isArray(input) ? input : undefined;
}

export function tracedEmit(sdk: AgentsSdk, original: AnyMethod, models: Models): AnyMethod {
  return function emit(this: unknown, ...args: unknown[]): unknown {
    try {
      switch (args[0]) {
        case "agent_start":
          models.meet(this, args[2]);
          break;
        case "agent_tool_start":
          observeTool(sdk, args[3], args[4]);
          break;
        case "agent_end":
          observeOutput(sdk, args[3]);
      }
    } catch (fault) {
      reportSpanless(fault);
    }
    return original.apply(this, args);
  };
}

function observeOutput(sdk: AgentsSdk, output: unknown): void {
  const state = spanStateOf(sdk.getCurrentSpan());
  const span = state?.agent?.current;
  if (span !== undefined && state?.mayRecordPayloads() === true) setContent(span, "output", output);
}

function observeTool(sdk: AgentsSdk, tool: unknown, details: unknown): void {
  const state = spanStateOf(sdk.getCurrentSpan());
  if (state?.type !== "function" || state.current === undefined) return;
  const { description, parameters } = fieldsOf(tool);
  setSpanAttribute(state.current, Attr.TOOL_DESCRIPTION, description);
  setSpanAttribute(state.current, Attr.TOOL_PARAMETERS, schemaText(parameters));
  const { callId, id } = fieldsOf(fieldsOf(details)["toolCall"]);
  setSpanAttribute(state.current, Attr.TOOL_CALL_ID, callId ?? id);
}

/** Of the parameters of tools, which are made once and called often. */
const schemaTexts = new WeakMap<object, string>();

function schemaText(parameters: unknown): string | undefined {
  if (parameters === undefined) return undefined;
  if (typeof parameters !== "object" || parameters === null) return stringifyValue(parameters);
  let text = schemaTexts.get(parameters);
  if (text === undefined) schemaTexts.set(parameters, (text = stringifyValue(parameters)));
  return text;
}
