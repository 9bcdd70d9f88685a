// stats(): what became of every span, at any moment and after the end.

import assert from "node:assert/strict";
import { test } from "node:test";

import { setup } from "catalyst-tracing";

import { startCollector } from "../support/collector.js";
import { assertSums, traced } from "./traced.js";

function counts({ started, open, ended, queued, delivered, lost }: Record<string, unknown>) {
  return { started, open, ended, queued, delivered, lost };
}

test("a span is open, then queued, then delivered", () =>
  traced(async ({ tracing, tracer, collector }) => {
    let answer = (): void => {};
    const asked = new Promise<void>((resolve) => (answer = resolve));
    collector.respond(async () => {
      await asked;
      return undefined;
    });
    const none = { started: 0, open: 0, ended: 0, queued: 0, delivered: 0, lost: 0 };
    assert.deepEqual(counts({ ...tracing.stats() }), none);
    const [first, second] = [tracer.startSpan("first"), tracer.startSpan("second")];
    const started = { ...none, started: 2, open: 2 };
    assert.deepEqual(counts({ ...tracing.stats() }), started);
    first.end();
    const ended = { ...started, open: 1, ended: 1, queued: 1 };
    assert.deepEqual(counts({ ...tracing.stats() }), ended);
    const flushed = tracing.flush();
    await collector.waitForRequest(() => true);
    assert.deepEqual(
      counts({ ...tracing.stats() }),
      ended,
      "it is not delivered until it is taken",
    );
    assert.ok(tracing.stats().bytesHeld > 0);
    answer();
    assert.deepEqual(await flushed, {
      ok: true,
      delivered: 1,
      lost: 0,
      pending: 0,
      timedOut: false,
    });
    assert.deepEqual(counts({ ...tracing.stats() }), { ...ended, queued: 0, delivered: 1 });
    assert.equal(tracing.stats().bytesHeld, 0);
    second.end();
  }));

test("what the collector refuses is lost, with the reason, and what it takes is delivered", () =>
  traced(async ({ tracing, tracer, collector }) => {
    collector.respond([{ status: 400 }, { partial: { rejected: 2, message: "no room" } }]);
    tracer.startSpan("refused").end();
    const refused = await tracing.flush();
    assert.deepEqual([refused.ok, refused.lost], [false, 1]);
    for (let n = 0; n < 5; n += 1) tracer.startSpan("partly").end();
    const partly = await tracing.flush();
    assert.deepEqual([partly.ok, partly.delivered, partly.lost], [false, 3, 2]);
    const stats = tracing.stats();
    assert.deepEqual([stats.delivered, stats.lost], [3, 3]);
    assert.deepEqual(
      stats.losses.toSorted((a, b) => a.spans - b.spans),
      [
        { stage: "export", reason: "http_400", spans: 1 },
        { stage: "export", reason: "rejected", spans: 2 },
      ],
    );
    assert.match(stats.lastError ?? "", /no room/);
  }));

test("requests, batches and bytes are those that the collector saw", () =>
  traced(
    async ({ tracing, tracer, collector, delivered }) => {
      for (let n = 0; n < 25; n += 1) tracer.startSpan("span").end();
      await delivered();
      const { requests, batches, bytesSent, retries } = tracing.stats();
      assert.deepEqual([requests, batches, retries], [3, 3, 0]);
      assert.equal(bytesSent, collector.stats().bytes);
    },
    { maxBatchSpans: 10 },
  ));

test("after a shutdown the handle keeps its last counts, and later spans do not change them", async () => {
  await using collector = await startCollector();
  const tracing = await setup({ endpoint: collector.url });
  const open = tracing.tracer.startSpan("open");
  tracing.tracer.startSpan("ended").end();
  await tracing.shutdown();
  const last = tracing.stats();
  assert.deepEqual(counts({ ...last }), {
    ...{ started: 2, open: 1, ended: 1 },
    ...{ queued: 0, delivered: 1, lost: 0 },
  });
  open.end();
  const late = tracing.tracer.startSpan("late");
  assert.equal(late.isRecording(), false);
  late.end();
  await using other = await startCollector();
  const next = await setup({ endpoint: other.url });
  next.tracer.startSpan("of the next").end();
  await next.flush();
  assert.deepEqual(tracing.stats(), last);
  assert.deepEqual(counts({ ...next.stats() }), {
    ...{ started: 1, open: 0, ended: 1 },
    ...{ queued: 0, delivered: 1, lost: 0 },
  });
  await next.shutdown();
});

test("what a shutdown cannot deliver is lost, by the shutdown", async () => {
  await using collector = await startCollector();
  collector.respond({ hang: true });
  const tracing = await setup({ endpoint: collector.url });
  for (let n = 0; n < 7; n += 1) tracing.tracer.startSpan("span").end();
  await tracing.shutdown(50);
  const stats = tracing.stats();
  assertSums(stats);
  assert.deepEqual([stats.delivered, stats.lost, stats.queued], [0, 7, 0]);
  assert.equal(stats.bytesHeld, 0);
  assert.deepEqual(
    stats.losses.map((loss) => loss.reason),
    ["shutdown"],
  );
});

test("spans over the bound of the queue are lost by name, and the sums still agree", () =>
  traced(
    async ({ tracing, tracer, collector }) => {
      collector.respond([{ status: 503, headers: { "retry-after": "1" } }]);
      const text = "x".repeat(10_000);
      for (let n = 0; n < 2000; n += 1) tracer.startSpan("large", { attributes: { text } }).end();
      await tracing.flush();
      const stats = tracing.stats();
      assertSums(stats);
      assert.ok(stats.lost > 0);
      assert.deepEqual([...new Set(stats.losses.map((loss) => loss.reason))], ["queue_full"]);
      await tracing.flush();
      assert.equal(tracing.stats().delivered + tracing.stats().lost, 2000);
    },
    { maxQueueBytes: 2 * 1024 * 1024, maxBatchBytes: 256 * 1024 },
  ));
