// Calls everything that a user can call, at a moment when nothing is traced, and prints what came
// of it. Which moment that is, is the first argument.

import { setTimeout as delay } from "node:timers/promises";

import { ROOT_CONTEXT, type Span, trace, type TracerProvider } from "@opentelemetry/api";
import {
  agentIdentityAttributes,
  agentSpan,
  type AgentSpanHandle,
  applyActiveAgentIdentity,
  type CatalystTracing,
  contextWithAgentIdentity,
  flush,
  getActiveAgentIdentity,
  getCurrentSpan,
  manualSpan,
  normalizeUsage,
  recordSpanUsage,
  setSpanAttribute,
  setSpanAttributes,
  setup,
  SpanKindValues,
  stringifyValue,
  withAttributes,
} from "catalyst-tracing";

export type Moment = "before setup" | "after shutdown" | "disabled" | "as it comes";

/** What holds of each thing called; every one has to be true. */
export type Report = Record<string, boolean>;

/** What `agentSpan` and `manualSpan` have in common. */
type Wrapper = typeof agentSpan & typeof manualSpan;

const moment = process.argv[2] as Moment;
const report: Report = {};

/** Notes whether `work` does what it should; that it throws is a fact to be noted as well. */
async function check(fact: string, work: () => unknown): Promise<void> {
  try {
    report[fact] = (await work()) === true;
  } catch (error) {
    report[`${fact}, but threw ${String(error)}`] = false;
  }
}

async function outcome(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return { thrown: error };
  }
}

async function wrappers(tracing: CatalystTracing | undefined): Promise<void> {
  const result = { any: "object" };
  const fault = new Error("the app's own");
  const thrown = async (work: () => unknown): Promise<boolean> => {
    return ((await outcome(work)) as { thrown?: unknown }).thrown === fault;
  };
  const fail = (): never => {
    throw fault;
  };
  const both = { agentSpan, manualSpan } as Record<string, Wrapper>;
  const options = { agentId: "a", sessionId: "s", input: { any: 1 }, metadata: {}, tags: ["t"] };
  for (const [name, wrap] of Object.entries(both)) {
    await check(`${name} gives a promise`, () => wrap({}, () => 1) instanceof Promise);
    await check(`${name} runs at once`, () => {
      let ran = false;
      void wrap(options, () => {
        ran = true;
      });
      return ran;
    });
    await check(
      `${name} returns the result`,
      async () => (await wrap(options, () => result)) === result,
    );
    await check(`${name} waits for the result`, async () => {
      return (await wrap(options, async () => await delay(1, result))) === result;
    });
    await check(`${name} throws what was thrown`, () => thrown(() => wrap(options, fail)));
    await check(`${name} rejects with what was rejected`, () => {
      return thrown(() => wrap(options, async () => await Promise.reject(fault)));
    });
    await check(`${name} takes a tracer`, async () => {
      return (await wrap(trace.getTracer("any"), options, () => result)) === result;
    });
    if (tracing !== undefined) {
      await check(`${name} takes the handle's tracer`, async () => {
        return (await wrap(tracing.tracer, options, () => result)) === result;
      });
    }
  }
  await check("spans nest", async () => {
    const inner = async (): Promise<unknown> => await manualSpan({ spanName: "b" }, () => result);
    return (await agentSpan({ name: "a" }, inner)) === result;
  });
  await check("withAttributes returns the result itself", () => {
    return withAttributes({ userId: "u", any: { thing: 1 } }, () => result) === result;
  });
  await check("withAttributes throws what was thrown", () =>
    thrown(() => withAttributes({}, fail)),
  );
}

async function spans(): Promise<void> {
  await check("there is no current span", () => getCurrentSpan() === undefined);
  await check("there is none inside either", async () => {
    return (await agentSpan({ name: "a" }, () => getCurrentSpan())) === undefined;
  });
  await check("the handle's methods return it", async () => {
    return await manualSpan({ spanKind: SpanKindValues.TOOL }, methodsReturnIt);
  });
  await check("the handle has ids that say that there is no span", async () => {
    const { traceId, spanId } = await agentSpan({}, (handle) => handle);
    return /^0{32}$/.test(traceId) && /^0{16}$/.test(spanId);
  });
  await check("the handle's header is text", async () => {
    return (await agentSpan({}, (handle) => typeof handle.traceparent)) === "string";
  });
  await check("the handle works after the end", async () => {
    return methodsReturnIt(await agentSpan({}, (handle) => handle));
  });
  await check("the span records nothing", async () => {
    return !(await agentSpan({}, ({ raw }) => raw.isRecording()));
  });
  await check("helpers take the span", async () => {
    return await agentSpan({}, ({ raw }) => helpersTakeIt(raw));
  });
}

function methodsReturnIt(handle: AgentSpanHandle): boolean {
  const returned = [
    handle.setInput("in"),
    handle.setOutput({ out: [1n, undefined] }),
    handle.recordTokens({ prompt: 1 }),
    handle.recordUsage({ output_tokens: 2 }),
    handle.setModel("gpt-4o-mini"),
    handle.setOutcome("done"),
    handle.setStopReason("end_turn"),
    handle.setFinalized(true),
    handle.setTool("search"),
    handle.setTool({ name: "search", callId: "c", parameters: {} }),
    handle.setAttribute("key", new Map([[1, 2]])),
    handle.setAttributes({ any: 1, thing: [true] }),
    handle.addEvent("event", { any: 1 }),
    handle.setStatus({ code: 2, message: "no" }),
    handle.recordException(new Error("no")),
  ];
  return returned.every((value) => value === handle);
}

function helpersTakeIt(span: Span): boolean {
  setSpanAttribute(span, "key", { any: 1 });
  setSpanAttributes(span, { any: 1 });
  recordSpanUsage(span, { input_tokens: 1 });
  applyActiveAgentIdentity(span);
  return true;
}

async function helpers(): Promise<void> {
  await check("flush has nothing to do", async () => {
    const { ok, delivered, lost, pending } = await flush(100);
    return ok && delivered + lost + pending === 0;
  });
  await check("nobody acts", () => getActiveAgentIdentity() === undefined);
  await check("an identity is attributes", () => {
    return agentIdentityAttributes({ id: "a", userId: "u" })["user.id"] === "u";
  });
  await check("a context carries an identity", () => {
    const context = contextWithAgentIdentity(ROOT_CONTEXT, { id: "a", sessionId: "s" });
    return getActiveAgentIdentity(context)?.sessionId === "s";
  });
  await check("usage is read", () => normalizeUsage({ prompt_tokens: 2 }).prompt === 2);
  await check("values are text", () => stringifyValue([1]) === "[1]");
}

async function handleMembers(tracing: CatalystTracing): Promise<void> {
  await check("setup says what it was told", () => {
    return tracing.serviceName === "shop" && tracing.endpoint.startsWith("http");
  });
  await check("the handle's tracer runs functions", () => {
    const { tracer } = tracing;
    tracer.startSpan("a").setAttribute("any", 1).end();
    const results = [
      tracer.startActiveSpan("a", () => 1),
      tracer.startActiveSpan("a", {}, () => 2),
      tracer.startActiveSpan("a", {}, ROOT_CONTEXT, (span) => (span.isRecording() ? 0 : 3)),
    ];
    return results.join() === "1,2,3";
  });
  await check("the handle's provider works", async () => {
    const { provider } = tracing;
    provider.addSpanProcessor({
      onStart: () => (report["a processor is told nothing"] = false),
      onEnd: () => (report["a processor is told nothing"] = false),
      forceFlush: async () => {},
      shutdown: async () => {},
    });
    await provider.forceFlush();
    return !provider.getTracer("any", "1").startSpan("a").isRecording();
  });
  await check("the handle's hooks are told nothing", async () => {
    const end = tracing.onTrace(() => (report["a hook is told nothing"] = false));
    tracing.tracer.startSpan("a").end();
    await tracing.flush();
    end();
    return true;
  });
  await check("the handle flushes", async () => {
    await tracing.forceFlush();
    return (await tracing.flush(100)).ok;
  });
  await check("the handle's figures add up", () => {
    const { started, open, ended, queued, delivered, lost } = tracing.stats();
    return started === open + ended && ended === queued + delivered + lost && queued === 0;
  });
  await check("the handle shuts down, and again", async () => {
    await tracing.shutdown();
    await tracing.shutdown(1);
    await tracing[Symbol.asyncDispose]();
    return true;
  });
}

async function tracingAt(when: Moment): Promise<CatalystTracing | undefined> {
  switch (when) {
    case "before setup":
      return undefined;
    case "after shutdown": {
      const tracing = await setup();
      await agentSpan({ spanName: "while it ran" }, () => {});
      await tracing.shutdown();
      return tracing;
    }
    case "disabled":
      return await setup({ disabled: true });
    case "as it comes":
      await setup();
      return await setup({ serviceName: "shop" });
  }
}

const tracing = await tracingAt(moment);
await wrappers(tracing);
await spans();
await helpers();
if (tracing !== undefined) await handleMembers(tracing);
await check("OpenTelemetry's global place is free", () => {
  const provider: TracerProvider = { getTracer: (name) => trace.getTracer(name) };
  return trace.setGlobalTracerProvider(provider);
});
console.log(JSON.stringify(report));
