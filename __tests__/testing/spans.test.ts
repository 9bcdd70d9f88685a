// What `spans()`, `tree()` and `reset()` of a test tracing say.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { ROOT_CONTEXT, SpanKind, SpanStatusCode, type Span } from "@opentelemetry/api";
import { setup } from "catalyst-tracing";
import { createTestTracing, type TestSpan, type TestTracing } from "catalyst-tracing/testing";

import { toTestSpan } from "../../js/testing/test-span.js";
import { assertSums, under } from "../capture/traced.js";
import { recordRichTrace } from "../delivery/rich-trace.js";
import { startCollector } from "../support/collector.js";

const START_MS = 1_700_000_000_000;
const after = (ms: number): [number, number] => [START_MS / 1000, ms * 1e6];

let tracing: TestTracing;

beforeEach(async () => {
  tracing = await createTestTracing({ serviceName: "tested", serviceVersion: "1.2.3" });
});

afterEach(async () => {
  const stats = tracing.stats();
  assertSums(stats);
  assert.deepEqual([stats.queued, stats.lost, stats.requests, stats.faults], [0, 0, 0, 0]);
  await tracing.shutdown();
});

const names = (): string[] => tracing.spans().map(({ name }) => name);

function only(): TestSpan {
  const [span, ...others] = tracing.spans();
  assert.ok(span !== undefined);
  assert.deepEqual(others, []);
  return span;
}

/** What no two runs have in common, taken out: ids become their order, times go unless they were set. */
function comparable(spans: readonly TestSpan[]): unknown[] {
  const ids = new Map<string, number>();
  const order = (id: string): number => {
    if (!ids.has(id)) ids.set(id, ids.size);
    return ids.get(id) ?? 0;
  };
  const known = (ms: number): number | undefined => (ms < 1_700_000_002_000 ? ms : undefined);
  const stackless = ({ "exception.stacktrace": _stack, ...rest }: TestSpan["attributes"]) => rest;
  return spans.map((span) => ({
    ...span,
    traceId: order(span.traceId),
    spanId: order(span.spanId),
    parentSpanId: span.parentSpanId && order(span.parentSpanId),
    startTime: known(span.startTime),
    endTime: known(span.endTime),
    durationMs: known(span.startTime) && known(span.endTime) && span.durationMs,
    events: span.events.map((event) => ({
      ...event,
      time: known(event.time),
      attributes: stackless(event.attributes),
    })),
    links: span.links.map((link) => ({
      ...link,
      traceId: order(link.traceId),
      spanId: order(link.spanId),
    })),
  }));
}

test("spans are those that a collector gets, in every field", async () => {
  recordRichTrace(tracing);
  const seen = comparable(tracing.spans());
  assert.equal(seen.length, 6);
  await tracing.shutdown();
  await using collector = await startCollector();
  const real = await setup({
    endpoint: collector.url,
    serviceName: "tested",
    serviceVersion: "1.2.3",
  });
  recordRichTrace(real);
  await real.shutdown();
  assert.deepEqual(collector.problems, []);
  assert.deepEqual(seen, comparable(collector.spans.map(toTestSpan)));
});

test("a span has its kind, its status, its times and its parent in words and plain numbers", () => {
  const { tracer } = tracing;
  const parent = tracer.startSpan("parent", { startTime: after(0), attributes: { a: 1 } });
  const child = tracer.startSpan(
    "child",
    {
      kind: SpanKind.CLIENT,
      startTime: after(0.5),
      links: [{ context: parent.spanContext() }],
    },
    under(ROOT_CONTEXT, parent),
  );
  child.setAttribute("openinference.span.kind", "LLM");
  child.addEvent("first token", { n: 2 }, after(1.25));
  child.setStatus({ code: SpanStatusCode.ERROR, message: "overloaded" });
  child.end(after(2));
  parent.setStatus({ code: SpanStatusCode.OK });
  parent.end(after(3));
  const [seen, root] = tracing.spans();
  assert.ok(seen !== undefined && root !== undefined);
  const { traceId, spanId } = root;
  assert.deepEqual(
    { ...seen, resource: seen.resource["service.name"], scope: seen.scope.name },
    {
      traceId,
      spanId: child.spanContext().spanId,
      parentSpanId: spanId,
      name: "child",
      kind: "CLIENT",
      spanKind: "LLM",
      startTime: START_MS + 0.5,
      endTime: START_MS + 2,
      durationMs: 1.5,
      status: { code: "ERROR", message: "overloaded" },
      attributes: { "openinference.span.kind": "LLM" },
      events: [{ name: "first token", time: START_MS + 1.25, attributes: { n: 2 } }],
      links: [{ traceId, spanId, attributes: {} }],
      resource: "tested",
      scope: "catalyst-tracing",
    },
  );
  assert.deepEqual(root.status, { code: "OK" });
  assert.ok(!("parentSpanId" in root) && !("spanKind" in root));
});

test("values arrive as a collector has them, whatever they are", () => {
  const span = tracing.tracer.startSpan("values");
  const values = {
    int: 42,
    largest: Number.MAX_SAFE_INTEGER,
    "beyond exact": 2 ** 60,
    half: 0.5,
    "not a number": Number.NaN,
    up: Number.POSITIVE_INFINITY,
    list: ["a", "b"],
    ints: [1, -1],
    object: { a: [1, null] },
    long: "é😀".repeat(500_000),
    __proto__x: "fine",
  };
  for (const [key, value] of Object.entries(values)) span.setAttribute(key, value as never);
  span.setAttribute("__proto__", "a key like any other");
  span.end();
  const { attributes } = only();
  assert.deepEqual(
    { ...attributes },
    Object.fromEntries([
      ...Object.entries({ ...values, object: '{"a":[1,null]}' }),
      ["__proto__", "a key like any other"],
    ]),
  );
  assert.ok(Object.hasOwn(attributes, "__proto__"));
});

test("only spans that have ended are there, in the order of their ends", () => {
  const { tracer } = tracing;
  const open = tracer.startSpan("open");
  assert.deepEqual(tracing.spans(), []);
  assert.equal(tracing.tree(), "");
  tracer.startSpan("closed").end();
  assert.deepEqual(names(), ["closed"]);
  open.end();
  assert.deepEqual(names(), ["closed", "open"]);
  assert.deepEqual(names(), ["closed", "open"], "looking takes nothing away");
});

test("after a reset only what ends from then on is there", () => {
  const { tracer } = tracing;
  const open = tracer.startSpan("open");
  tracer.startSpan("forgotten").end();
  tracing.reset();
  assert.deepEqual(names(), []);
  open.end();
  assert.deepEqual(names(), ["open"]);
  assert.equal(tracing.stats().delivered, 2, "the counts go on");
});

test("what a test does to the spans it got changes nothing for the next look", () => {
  tracing.tracer.startSpan("kept", { attributes: { a: 1 } }).end();
  const spans = tracing.spans();
  const [span] = spans;
  assert.ok(span !== undefined);
  span.name = "changed";
  span.attributes["a"] = 2;
  spans.length = 0;
  assert.deepEqual([only().name, only().attributes], ["kept", { a: 1 }]);
});

test("a thousand spans of one tick are all there, in one tree", () => {
  const { tracer } = tracing;
  const root = tracer.startSpan("root");
  for (let n = 0; n < 1000; n += 1) {
    tracer.startSpan("leaf", { attributes: { n } }, under(ROOT_CONTEXT, root)).end();
  }
  root.end();
  const spans = tracing.spans();
  assert.deepEqual(
    spans.slice(0, 1000).map(({ attributes }) => attributes["n"]),
    Array.from({ length: 1000 }, (_, n) => n),
  );
  assert.equal(spans.length, 1001);
  assert.equal(tracing.tree().split("\n").length, 1002);
});

test("more than the default queue holds is recorded in one go", () => {
  const text = "x".repeat(1024 * 1024);
  for (let n = 0; n < 80; n += 1) {
    tracing.tracer.startSpan("large", { attributes: { text } }).end();
  }
  assert.equal(tracing.spans().length, 80);
});

test("the tree shows kinds, errors, orphans and every root, and nothing that changes", () => {
  const { tracer } = tracing;
  const run = tracer.startSpan("run", { attributes: { "openinference.span.kind": "AGENT" } });
  const model = tracer.startSpan("model", {}, under(ROOT_CONTEXT, run));
  model.setAttributes({
    "openinference.span.kind": "LLM",
    "llm.token_count.prompt": 3,
    "llm.token_count.completion": 4,
  });
  const tool = tracer.startSpan("tool", {}, under(ROOT_CONTEXT, run));
  tool.setStatus({ code: SpanStatusCode.ERROR, message: "no such order" });
  const never = tracer.startSpan("never ended");
  const orphan = tracer.startSpan("orphan", {}, under(ROOT_CONTEXT, never));
  for (const span of [tool, orphan, model, run] satisfies Span[]) span.end();
  assert.equal(
    tracing.tree(),
    `\
run [AGENT]
├─ model [LLM]
└─ tool [internal] ERROR: no such order
orphan [internal] (orphan: its parent is missing)
`,
  );
  assert.match(tracing.tree({ tokens: true }), /^├─ model \[LLM\] 3→4 tokens$/m);
  assert.match(tracing.tree({ durations: true }), /^run \[AGENT\] \d+\.\d ms$/m);
});

test("spans are there without a timer having fired", (t) => {
  t.mock.timers.enable();
  tracing.tracer.startSpan("under fake timers").end();
  assert.deepEqual(names(), ["under fake timers"]);
});

test("a flush delivers and a shutdown ends it, under fake timers too", async (t) => {
  t.mock.timers.enable();
  tracing.tracer.startSpan("flushed").end();
  const result = await tracing.flush();
  assert.deepEqual([result.ok, result.delivered], [true, 1]);
  tracing.tracer.startSpan("at the end").end();
  await tracing.shutdown();
  assert.deepEqual(names(), ["flushed", "at the end"]);
});
