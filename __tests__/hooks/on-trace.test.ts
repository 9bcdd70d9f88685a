// `onTrace()`: which traces it tells, when, and what is in them.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { afterEach, beforeEach, mock, test } from "node:test";

import { context, ROOT_CONTEXT, SpanStatusCode, trace, TraceFlags } from "@opentelemetry/api";
import {
  agentSpan,
  type FinishedTrace,
  manualSpan,
  observe,
  setup,
  type TraceHook,
} from "catalyst-tracing";
import { createTestTracing, type TestTracing } from "catalyst-tracing/testing";

import { under } from "../capture/traced.js";

let tracing: TestTracing;
/** What hooks of these tests were told. */
let told: FinishedTrace[];

beforeEach(async () => {
  tracing = await createTestTracing();
  told = [];
});
afterEach(() => tracing.shutdown());

const keep: TraceHook = (finished) => {
  told.push(finished);
};

/** A promise and the way to resolve it. */
function later<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: ((value: T) => void) | undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  assert.ok(resolve !== undefined);
  return { promise, resolve };
}

/** All that is finished has been told. */
async function settled(): Promise<void> {
  await tracing.flush();
}

function only(): FinishedTrace {
  const [finished, ...others] = told;
  assert.ok(finished !== undefined, "no trace was told");
  assert.deepEqual(others, []);
  return finished;
}

/** The names of the spans of each trace that was told. */
const names = (): string[][] => told.map(({ spans }) => spans.map(({ name }) => name));

/** A run of an agent with a model call, three tool calls and a handoff, of which one failed. */
async function support(): Promise<void> {
  const identity = { sessionId: "conversation-1", userId: "user-7" };
  await agentSpan({ agentId: "triage", agentName: "Triage", ...identity }, async () => {
    await manualSpan({ spanName: "chat", spanKind: "LLM", model: "gpt-5" }, (span) => {
      span.setAttribute("llm.cost.total", 0.25);
      span.recordTokens({ prompt: 100, completion: 20, total: 120 });
      span.setAttribute("llm.token_count.prompt_details.cache_read", 64);
    });
    for (const id of ["a", "b"]) {
      await manualSpan({ spanName: "tool", spanKind: "TOOL", toolName: "find_order" }, (span) =>
        span.setInput({ id }),
      );
    }
    await manualSpan({ spanName: "refund", spanKind: "TOOL" }, () => {
      throw new Error("no money");
    }).catch(() => undefined);
    const handoff = { "handoff.from_agent": "Triage", "handoff.to_agent": "Refunds" };
    await manualSpan({ spanName: "handoff", attributes: handoff }, () => undefined);
    await agentSpan({ agentId: "refunds", agentName: "Refunds" }, async () => {
      await manualSpan({ spanName: "chat", spanKind: "LLM" }, (span) => {
        span.recordTokens({ prompt: 30, completion: 10 });
        span.setAttribute("llm.cost.total", 0.5);
        span.setAttribute("llm.token_count.completion_details.reasoning", 4);
      });
    });
  });
}

test("a run of agents is told as one trace with all that it amounts to", async () => {
  tracing.onTrace(keep);
  await support();
  await settled();
  const { spans, startTime, endTime, durationMs, traceId, errors, ...sums } = only();
  assert.equal(traceId, tracing.spans()[0]?.traceId);
  assert.equal(spans.length, 8);
  assert.equal(startTime, spans[0]?.startTime);
  assert.equal(endTime, Math.max(...spans.map((span) => span.endTime)));
  assert.equal(durationMs, spans[0]?.durationMs);
  assert.deepEqual(
    errors.map(({ spanId: _id, ...error }) => error),
    [{ name: "refund", spanKind: "TOOL", message: "no money" }],
  );
  assert.deepEqual(
    { ...sums },
    {
      name: "Triage.run",
      openSpans: 0,
      tokens: { prompt: 130, completion: 30, total: 160, cacheRead: 64, reasoning: 4 },
      cost: 0.75,
      toolCalls: [
        { name: "find_order", count: 2, errors: 0 },
        { name: "refund", count: 1, errors: 1 },
      ],
      handoffs: [{ from: "Triage", to: "Refunds" }],
      agents: ["Triage", "Refunds"],
      sessionId: "conversation-1",
      userId: "user-7",
    },
  );
});

test("its spans and its tree are those that a collector gets", async () => {
  tracing.onTrace(keep);
  await support();
  await settled();
  const { spans } = only();
  const byId = (a: { spanId: string }, b: { spanId: string }): number =>
    a.spanId < b.spanId ? -1 : 1;
  const arrived = tracing.spans().map(({ resource: _resource, ...span }) => span);
  const hooked = spans.map(({ resource: _resource, ...span }) => span);
  assert.deepEqual(hooked.sort(byId), arrived.sort(byId));
  assert.equal(spans[0]?.resource["service.name"], tracing.serviceName);
  assert.equal(only().tree(), tracing.tree());
  const shown = { tokens: true, durations: true };
  assert.equal(only().tree(shown), tracing.tree(shown));
});

test("it is plain data: JSON and a structured clone have all of it but the tree", async () => {
  tracing.onTrace(keep);
  await support();
  await settled();
  const clone = structuredClone(only());
  assert.deepEqual(JSON.parse(JSON.stringify(clone)), JSON.parse(JSON.stringify(only())));
  assert.equal(clone.spans.length, 8);
  assert.equal("tree" in clone, false);
});

test("what nothing told is absent, not zero or empty text", async () => {
  tracing.onTrace(keep);
  tracing.tracer.startSpan("step").end();
  await settled();
  const { tokens, toolCalls, handoffs, agents, errors } = only();
  assert.deepEqual(tokens, { prompt: 0, completion: 0, total: 0, cacheRead: 0, reasoning: 0 });
  assert.deepEqual([toolCalls, handoffs, agents, errors], [[], [], [], []]);
  for (const absent of ["cost", "sessionId", "userId"]) assert.equal(absent in only(), false);
});

test("tokens that an agent's span repeats are counted once", async () => {
  tracing.onTrace(keep);
  await agentSpan({ agentId: "a" }, async (agent) => {
    await manualSpan({ spanName: "chat", spanKind: "LLM" }, (span) =>
      span.recordTokens({ prompt: 7, completion: 1 }),
    );
    agent.recordTokens({ prompt: 7, completion: 1 });
  });
  await settled();
  assert.equal(only().tokens.total, 8);
});

test("a span that outlives its root is waited for", async () => {
  tracing.onTrace(keep);
  const { tracer } = tracing;
  const root = tracer.startSpan("root");
  const child = tracer.startSpan("child", {}, under(ROOT_CONTEXT, root));
  root.end();
  await settled();
  assert.deepEqual(names(), []);
  child.end();
  await settled();
  assert.deepEqual(names(), [["root", "child"]]);
});

test("what starts after a trace was told follows in another call with its id", async () => {
  tracing.onTrace(keep);
  const { tracer } = tracing;
  const root = tracer.startSpan("root");
  root.end();
  await settled();
  tracer.startSpan("late", {}, under(ROOT_CONTEXT, root)).end();
  await settled();
  assert.deepEqual(names(), [["root"], ["late"]]);
  assert.equal(told[0]?.traceId, told[1]?.traceId);
  assert.equal(told[1]?.tree(), "late [internal] (orphan: its parent is missing)\n");
});

test("under a parent of another process, each request is told by itself", async () => {
  tracing.onTrace(keep);
  const spanContext = {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  };
  const remote = trace.setSpanContext(ROOT_CONTEXT, spanContext);
  for (const name of ["first", "second"]) {
    const server = tracing.tracer.startSpan(name, {}, remote);
    tracing.tracer.startSpan("inner", {}, under(remote, server)).end();
    server.end();
  }
  await settled();
  assert.deepEqual(names(), [
    ["first", "inner"],
    ["second", "inner"],
  ]);
  assert.equal(told[0]?.traceId, spanContext.traceId);
  assert.match(told[0]?.tree() ?? "", /^first \[internal\] \(its parent is remote\)\n/);
});

test("traces that run at the same time are told apart", async () => {
  tracing.onTrace(keep);
  const one = tracing.tracer.startSpan("one");
  const two = tracing.tracer.startSpan("two");
  tracing.tracer.startSpan("in two", {}, under(ROOT_CONTEXT, two)).end();
  one.end();
  two.end();
  await settled();
  assert.deepEqual(names(), [["one"], ["two", "in two"]]);
});

test("the trace is named after the span above all others, whichever says it began first", async () => {
  tracing.onTrace(keep);
  const root = tracing.tracer.startSpan("root");
  const startTime = new Date(Date.now() - 60_000);
  tracing.tracer.startSpan("earlier", { startTime }, under(ROOT_CONTEXT, root)).end();
  root.end();
  await settled();
  assert.equal(only().name, "root");
  assert.deepEqual(names(), [["earlier", "root"]]);
  assert.ok(only().durationMs >= 60_000);
});

test("a hook is called in a later turn of the event loop, without a flush", async () => {
  const { promise, resolve } = later<FinishedTrace>();
  tracing.onTrace((finished) => {
    keep(finished);
    resolve(finished);
  });
  tracing.tracer.startSpan("step").end();
  assert.deepEqual(told, []);
  await Promise.resolve();
  assert.deepEqual(told, []);
  assert.equal((await promise).name, "step");
});

test("a framework's fake timers do not keep traces from it", async () => {
  const { promise, resolve } = later<FinishedTrace>();
  mock.timers.enable();
  try {
    tracing.onTrace(resolve);
    tracing.tracer.startSpan("step").end();
    assert.equal((await promise).name, "step");
  } finally {
    mock.timers.reset();
  }
});

test("every hook gets each trace until its own unsubscribing", async () => {
  const calls: string[] = [];
  const hook = (name: string): TraceHook => {
    return (finished) => calls.push(`${name} ${finished.name}`);
  };
  const twice = hook("twice");
  const ends = [tracing.onTrace(twice), tracing.onTrace(twice), tracing.onTrace(hook("once"))];
  for (const [index, end] of ends.entries()) {
    tracing.tracer.startSpan(`span ${index}`).end();
    await settled();
    end();
    end();
  }
  tracing.tracer.startSpan("nobody's").end();
  await settled();
  assert.deepEqual(calls, [
    "twice span 0",
    "twice span 0",
    "once span 0",
    "twice span 1",
    "once span 1",
    "once span 2",
  ]);
});

test("a hook that has unsubscribed is not told what was finished and not yet told", async () => {
  const end = tracing.onTrace(keep);
  tracing.tracer.startSpan("step").end();
  end();
  await settled();
  assert.deepEqual(told, []);
});

test("a hook may unsubscribe itself, and add another", async () => {
  const end = tracing.onTrace(() => {
    end();
    tracing.onTrace(keep);
  });
  for (const name of ["first", "second"]) {
    tracing.tracer.startSpan(name).end();
    await settled();
  }
  assert.deepEqual(names(), [["second"]]);
});

test("of a trace that was under way, what ends from then on is told", async () => {
  const root = tracing.tracer.startSpan("root");
  tracing.tracer.startSpan("before", {}, under(ROOT_CONTEXT, root)).end();
  tracing.onTrace(keep);
  root.end();
  await settled();
  assert.deepEqual(names(), [["root"]]);
});

test("a hook that throws or rejects is counted, named once, and disturbs nobody", async () => {
  const warn = mock.method(console, "warn", () => undefined);
  try {
    tracing.onTrace(() => {
      throw new TypeError("the hook's own");
    });
    tracing.onTrace(() => Promise.reject(new Error("later")));
    tracing.onTrace(() => Promise.reject(Object.create(null) as Error));
    tracing.onTrace(keep);
    for (const name of ["first", "second"]) tracing.tracer.startSpan(name).end();
    await settled();
    assert.deepEqual(names(), [["first"], ["second"]]);
    assert.equal(tracing.stats().faults, 6);
    const said = warn.mock.calls.map((call) => String(call.arguments[0]));
    assert.equal(said.length, 2);
    assert.match(said[0] ?? "", /onTrace\(\): a hook threw: TypeError: the hook's own/);
    assert.match(said[1] ?? "", /onTrace\(\): a hook rejected: Error: later/);
    assert.equal(tracing.spans().length, 2);
  } finally {
    warn.mock.restore();
  }
});

test("what a hook does is not traced, also later, so that it does not call itself for ever", async () => {
  const step = observe(async function step() {
    await new Promise(setImmediate);
    tracing.tracer.startSpan("in a step").end();
    return "done";
  });
  const results: string[] = [];
  const { promise, resolve } = later<void>();
  tracing.onTrace(async (finished) => {
    keep(finished);
    results.push(await agentSpan({ agentId: "judge" }, () => step()));
    resolve();
  });
  tracing.tracer.startSpan("app's").end();
  await promise;
  await settled();
  assert.deepEqual(names(), [["app's"]]);
  assert.deepEqual(results, ["done"]);
  assert.equal(tracing.spans().length, 1);
});

test("a hook runs in the async context that it was registered in, under no span", async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  storage.run("registration", () =>
    tracing.onTrace(() => {
      seen.push(storage.getStore(), trace.getSpan(context.active()));
    }),
  );
  const { promise, resolve } = later<unknown>();
  tracing.onTrace(resolve);
  await storage.run("request", () =>
    tracing.tracer.startActiveSpan("outer", async (outer) => {
      tracing.tracer.startSpan("a trace of its own", { root: true }).end();
      await promise;
      outer.end();
    }),
  );
  assert.deepEqual(seen, ["registration", undefined]);
});

test("shutdown tells what was finished, and what had ended of traces that never were", async () => {
  tracing.onTrace(keep);
  const { tracer } = tracing;
  tracer.startSpan("finished").end();
  const root = tracer.startSpan("never ended");
  tracer.startSpan("child", {}, under(ROOT_CONTEXT, root)).end();
  tracer.startSpan("all alone and never ended");
  await tracing.shutdown();
  assert.deepEqual(names(), [["finished"], ["child"]]);
  assert.deepEqual(
    told.map(({ openSpans }) => openSpans),
    [0, 1],
  );
  root.end();
  assert.equal(typeof tracing.onTrace(keep), "function");
  await settled();
  assert.equal(told.length, 2);
});

test("a span that nothing holds and that never ends does not keep the rest back for ever", async () => {
  tracing.onTrace(keep);
  const { tracer } = tracing;
  const root = tracer.startSpan("root");
  tracer.startSpan("abandoned", {}, under(ROOT_CONTEXT, root));
  root.end();
  for (let n = 0; n < 10_000; n += 1) tracer.startSpan("abandoned too");
  await settled();
  assert.deepEqual(names(), [["root"]]);
  assert.equal(only().openSpans, 1);
});

test("a trace too large to be held is told in parts, and nothing of it is missing", async () => {
  tracing.onTrace(keep);
  const { tracer } = tracing;
  const root = tracer.startSpan("root");
  const mebibyte = "x".repeat(2 ** 20);
  for (let n = 0; n < 100; n += 1) {
    tracer.startSpan(`span ${n}`, { attributes: { mebibyte } }, under(ROOT_CONTEXT, root)).end();
  }
  await settled();
  assert.equal(told.length, 1);
  assert.equal(told[0]?.openSpans, 1);
  root.end();
  await settled();
  assert.equal(told.length, 2);
  assert.equal(told[1]?.openSpans, 0);
  assert.equal(new Set(names().flat()).size, 101);
});

test("more traces than fit while the event loop is not free are counted, and the app runs on", async () => {
  const warn = mock.method(console, "warn", () => undefined);
  try {
    tracing.onTrace(keep);
    const mebibyte = "x".repeat(2 ** 20);
    for (let n = 0; n < 100; n += 1) {
      tracing.tracer.startSpan("span", { attributes: { mebibyte } }).end();
    }
    await settled();
    assert.ok(told.length > 50);
    assert.equal(told.length + tracing.stats().faults, 100);
    assert.match(String(warn.mock.calls[0]?.arguments[0]), /no room for a trace/);
  } finally {
    warn.mock.restore();
  }
});

test("what was recorded as an object is there as the JSON that a collector gets", async () => {
  tracing.onTrace(keep);
  await manualSpan({ spanName: "step", input: { deep: [1, { two: 2n }] } }, (span) => {
    span.raw.addLink({ context: span.raw.spanContext() });
    span.addEvent("noted", { n: 1 });
    span.raw.setStatus({ code: SpanStatusCode.OK });
  });
  await settled();
  const [span] = only().spans;
  assert.equal(span?.attributes["input.value"], tracing.spans()[0]?.attributes["input.value"]);
  assert.deepEqual(
    [span?.status.code, span?.events[0]?.attributes, span?.links[0]?.spanId],
    ["OK", { n: 1 }, span?.spanId],
  );
});

test("what is no function is refused by name, whether or not anything is traced", async () => {
  const off = await (async () => {
    await tracing.shutdown();
    return await setup({ disabled: true });
  })();
  for (const handle of [tracing, off]) {
    assert.throws(() => handle.onTrace("hook" as never), {
      code: "ERR_INVALID_ARGUMENT",
      message: /^onTrace\(\): got "hook" \(string\)/,
    });
  }
  off.onTrace(keep)();
});
