// Collectors that take only so much in one request.

import assert from "node:assert/strict";
import { test } from "node:test";

import { type Collector, type RequestRecord, startCollector } from "../support/collector.js";
import { accountedFor, losses, record, start } from "./tracing.js";

/** Refuses bodies above `limit` bytes: as they arrive, or without their content encoding. */
function limited(collector: Collector, limit: number, by: (record: RequestRecord) => number): void {
  collector.respond((_index, request) => (by(request) > limit ? { status: 413 } : undefined));
}

function refusals(collector: Collector): number {
  return collector.requests.filter((request) => request.status === 413).length;
}

const SPANS = 400;
const TEXT_BYTES = 1000;

for (const compression of ["none", "gzip"] as const) {
  for (const share of [2, 3, 10, 50]) {
    test(`a 413 at 1/${share} of the batch costs less than four uploads of it (${compression})`, async () => {
      await using collector = await startCollector();
      const size = (request: RequestRecord): number => request.rawSize;
      await using tracing = await start({ endpoint: collector.url, compression });
      // What the whole batch comes to, with a collector that takes it.
      record(tracing, SPANS, TEXT_BYTES);
      await tracing.flush();
      const whole = collector.stats().bytes;
      collector.reset();
      limited(collector, whole / share, size);
      record(tracing, SPANS, TEXT_BYTES);
      const { delivered, lost } = await tracing.flush();
      assert.deepEqual({ delivered, lost }, { delivered: SPANS, lost: 0 });
      assert.equal(collector.spans.length, SPANS);
      assert.deepEqual(collector.problems, []);
      const uploaded = collector.stats().bytes / whole;
      assert.ok(uploaded < 4, `${uploaded} times the batch, ${refusals(collector)} refusals`);
    });
  }
}

test("what a 413 taught holds for later batches", async () => {
  await using collector = await startCollector();
  limited(collector, 50_000, (request) => request.body.length);
  await using tracing = await start({ endpoint: collector.url });
  record(tracing, SPANS, TEXT_BYTES);
  await tracing.flush();
  assert.ok(refusals(collector) >= 1);
  const before = refusals(collector);
  for (let round = 0; round < 3; round++) {
    record(tracing, SPANS, TEXT_BYTES);
    assert.equal((await tracing.flush()).delivered, SPANS);
  }
  assert.equal(refusals(collector), before);
  accountedFor(tracing, collector);
});

test("the pieces of a batch keep resource, scope and order", async () => {
  await using collector = await startCollector();
  limited(collector, 10_000, (request) => request.body.length);
  await using tracing = await start({ endpoint: collector.url });
  record(tracing, 50, TEXT_BYTES);
  await tracing.flush();
  accountedFor(tracing, collector);
  const names = collector.spans.map((span) => span.name);
  assert.deepEqual(
    names,
    Array.from({ length: 50 }, (_, index) => `span ${index}`),
  );
  for (const span of collector.spans) {
    assert.equal(span.resource["service.name"], "delivery-test");
    assert.equal(span.scope.name, "catalyst-tracing");
  }
});

test("a span that is too large by itself is lost alone", async () => {
  await using collector = await startCollector();
  limited(collector, 20_000, (request) => request.body.length);
  await using tracing = await start({ endpoint: collector.url });
  record(tracing, 5, TEXT_BYTES);
  tracing.tracer.startSpan("large").setAttribute("text", "x".repeat(30_000)).end();
  record(tracing, 5, TEXT_BYTES);
  await tracing.flush();
  const stats = accountedFor(tracing, collector);
  assert.deepEqual(losses(stats), ["export too_large 1"]);
  assert.equal(stats.delivered, 10);
  assert.match(stats.lastError ?? "", /limit/);
});

test("a collector that refuses every size loses all and ends", async () => {
  await using collector = await startCollector();
  collector.respond({ status: 413 });
  await using tracing = await start({ endpoint: collector.url });
  record(tracing, 20, TEXT_BYTES);
  await tracing.flush();
  assert.deepEqual(losses(accountedFor(tracing, collector)), ["export too_large 20"]);
});

test("a batch is closed before it would be larger than asked for", async () => {
  await using collector = await startCollector();
  await using tracing = await start({ endpoint: collector.url, maxBatchBytes: 20_000 });
  record(tracing, 100, TEXT_BYTES);
  await tracing.flush();
  assert.equal(accountedFor(tracing, collector).delivered, 100);
  assert.ok(collector.requests.length >= 5);
  assert.ok(Math.max(...collector.requests.map((request) => request.body.length)) <= 20_000);
});

test("spans over the bound on memory are lost and counted, and no other", async () => {
  await using collector = await startCollector();
  let answer = (): void => {};
  const answered = new Promise<void>((resolve) => (answer = resolve));
  collector.respond(async () => {
    await answered;
    return undefined;
  });
  await using tracing = await start({
    endpoint: collector.url,
    maxQueueBytes: 100_000,
    maxBatchSpans: 10,
  });
  for (let round = 0; round < 20; round++) {
    record(tracing, 20, TEXT_BYTES);
    tracing.stats();
  }
  answer();
  await tracing.flush();
  const stats = accountedFor(tracing, collector);
  assert.equal(stats.delivered + stats.lost, 400);
  assert.ok(stats.delivered >= 20 && stats.lost >= 200, losses(stats).join());
  assert.ok(
    losses(stats).every((loss) => loss.includes(" queue_full ")),
    losses(stats).join(),
  );
  assert.equal(stats.bytesHeld, 0);
});
