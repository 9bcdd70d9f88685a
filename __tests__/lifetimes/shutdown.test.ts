// The end of tracing while the app lives on: shutdown, and setup again.

import assert from "node:assert/strict";
import { test } from "node:test";

import { context, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { setup } from "catalyst-tracing";

import { assertSums } from "../capture/traced.js";
import { startCollector } from "../support/collector.js";

test("shutdown delivers what has ended", async () => {
  await using collector = await startCollector();
  const tracing = await setup({ endpoint: collector.url });
  tracing.tracer.startSpan("s").end();
  await tracing.shutdown();
  assert.equal(collector.spans.length, 1);
  assertSums(tracing.stats());
});

test("shutdown may be called at any time, any number of times, together and one by one", async () => {
  await using collector = await startCollector();
  const tracing = await setup({ endpoint: collector.url });
  tracing.tracer.startSpan("s").end();
  const ends = [tracing.shutdown(), tracing.shutdown(10), tracing.provider.shutdown()];
  await Promise.all(ends);
  await tracing.shutdown();
  await tracing.shutdown(Number.NaN);
  assert.equal(collector.spans.length, 1);
});

test("flush, forceFlush and shutdown at once deliver each span once", async () => {
  await using collector = await startCollector();
  const tracing = await setup({ endpoint: collector.url });
  for (let n = 0; n < 50; n += 1) tracing.tracer.startSpan("s").end();
  await Promise.all([
    tracing.flush(),
    tracing.forceFlush(),
    tracing.shutdown(),
    tracing.flush(),
    tracing.provider.forceFlush(),
  ]);
  assert.equal(collector.spans.length, 50);
  assertSums(tracing.stats());
});

test("after a shutdown everything is a no-op that still runs the app's functions", async () => {
  await using collector = await startCollector();
  const tracing = await setup({ endpoint: collector.url });
  const open = tracing.tracer.startSpan("open");
  await tracing.shutdown();
  open.setAttribute("a", 1).addEvent("e").setStatus({ code: 2 });
  open.end();
  open.end();
  const late = tracing.tracer.startSpan("late");
  assert.equal(late.isRecording(), false);
  late.end();
  assert.equal(
    tracing.tracer.startActiveSpan("late", (span) => {
      span.end();
      return "ran";
    }),
    "ran",
  );
  const flushed = await tracing.flush();
  assert.equal(flushed.timedOut, false);
  await tracing.forceFlush();
  assert.equal(collector.requests.length, 0);
});

test("a shutdown takes back what setup has registered, and nothing else", async () => {
  await using collector = await startCollector();
  const tracing = await setup({ endpoint: collector.url });
  const span = tracing.tracer.startSpan("s");
  assert.equal(trace.getTracer("global").startSpan("g").isRecording(), true);
  await tracing.shutdown();
  span.end();
  assert.equal(trace.getTracer("global").startSpan("g").isRecording(), false);
  const active = trace.setSpan(ROOT_CONTEXT, span);
  assert.equal(
    context.with(active, () => context.active()),
    ROOT_CONTEXT,
  );
  const carrier = {};
  propagation.inject(active, carrier);
  assert.deepEqual(carrier, {});
});

test("a setup after a shutdown starts anew", async () => {
  await using first = await startCollector();
  await using second = await startCollector();
  const before = await setup({ endpoint: first.url });
  before.tracer.startSpan("before").end();
  await before.shutdown();
  const after = await setup({ endpoint: second.url });
  assert.notEqual(after, before);
  after.tracer.startSpan("after").end();
  trace.getTracer("global").startSpan("global").end();
  await after.shutdown();
  assert.deepEqual(
    first.spans.map((span) => span.name),
    ["before"],
  );
  assert.deepEqual(second.spans.map((span) => span.name).sort(), ["after", "global"]);
});

test("a setup while a shutdown is under way gives a handle that works", async () => {
  await using collector = await startCollector();
  const before = await setup({ endpoint: collector.url });
  before.tracer.startSpan("before").end();
  const ending = before.shutdown();
  const after = await setup({ endpoint: collector.url });
  after.tracer.startSpan("after").end();
  await ending;
  after.tracer.startSpan("later").end();
  await after.shutdown();
  assert.deepEqual(collector.spans.map((span) => span.name).sort(), ["after", "before", "later"]);
});

test("setup with the same options gives the same handle, also when called at once", async () => {
  await using collector = await startCollector();
  const options = { endpoint: collector.url, headers: { a: "1" } };
  const handles = await Promise.all([setup(options), setup({ ...options, headers: { a: "1" } })]);
  handles.push(await setup(structuredClone(options)));
  assert.equal(new Set(handles).size, 1);
  await handles[0]?.shutdown();
});

test("setup with other options sends what comes to the new collector, and what was to the old", async () => {
  await using old = await startCollector();
  await using other = await startCollector();
  const tracing = await setup({ endpoint: old.url, serviceName: "one" });
  tracing.tracer.startSpan("ended before").end();
  const open = tracing.tracer.startSpan("open meanwhile");
  const again = await setup({ endpoint: other.url, serviceName: "two" });
  assert.equal(again, tracing);
  assert.deepEqual([again.endpoint, again.serviceName], [other.url, "two"]);
  open.end();
  tracing.tracer.startSpan("ended after").end();
  await tracing.flush();
  assert.deepEqual(
    old.spans.map((span) => span.name),
    ["ended before"],
  );
  assert.deepEqual(
    other.spans.map((span) => span.name),
    ["open meanwhile", "ended after"],
  );
  assert.deepEqual(
    [...old.spans, ...other.spans].map((span) => span.resource["service.name"]),
    ["one", "two", "two"],
  );
  const { delivered, ended } = tracing.stats();
  assert.deepEqual([ended, delivered], [3, 3]);
  await tracing.shutdown();
});

test("setup with wrong options throws, and what runs goes on as it was", async () => {
  await using collector = await startCollector();
  const tracing = await setup({ endpoint: collector.url });
  await assert.rejects(setup({ endpoint: "not a url" }), { name: "CatalystTracingError" });
  await assert.rejects(setup({ nonsense: true } as object), { name: "CatalystTracingError" });
  await assert.rejects(setup({ endpoint: collector.url, certificate: "not a certificate" }));
  tracing.tracer.startSpan("s").end();
  await tracing.shutdown();
  assert.equal(collector.spans.length, 1);
});

test("the end of an await using block is a shutdown", async () => {
  await using collector = await startCollector();
  {
    await using tracing = await setup({ endpoint: collector.url });
    tracing.tracer.startSpan("s").end();
  }
  assert.equal(collector.spans.length, 1);
});

test("a span that is open over a setup anew goes nowhere and is not counted twice", async () => {
  await using collector = await startCollector();
  const before = await setup({ endpoint: collector.url });
  const open = before.tracer.startSpan("open");
  await before.shutdown();
  const after = await setup({ endpoint: collector.url });
  after.tracer.startSpan("child of the past", {}, trace.setSpan(ROOT_CONTEXT, open)).end();
  open.setAttribute("late", { json: true } as unknown as string);
  open.end();
  await after.shutdown();
  assert.deepEqual(
    collector.spans.map((span) => [span.name, span.parentSpanId]),
    [["child of the past", open.spanContext().spanId]],
  );
  const { started, ended } = after.stats();
  assert.deepEqual([started, ended], [1, 1]);
});
