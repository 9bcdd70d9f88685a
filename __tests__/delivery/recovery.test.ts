// A collector that is not there yet, or goes away for a while; and a destination that changes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { type Behaviour, startCollector } from "../support/collector.js";
import { Door } from "../support/door.js";
import { accountedFor, losses, record, start } from "./tracing.js";

test("spans of before the collector was up arrive when it is", async () => {
  await using collector = await startCollector();
  await using door = new Door(collector.port);
  await door.open();
  await door.close();
  const endpoint = `http://127.0.0.1:${door.port}`;
  await using tracing = await start({ endpoint, timeoutMs: 150 });
  for (let round = 0; round < 3; round++) {
    record(tracing, 4);
    assert.equal((await tracing.flush()).pending, 4 * (round + 1));
  }
  const { queued, lastError } = accountedFor(tracing, collector);
  assert.equal(queued, 12);
  assert.match(lastError ?? "", new RegExp(`127.0.0.1:${door.port}.*cannot be reached`));
  await door.open();
  await collector.waitForSpans(12);
  await tracing.flush();
  assert.equal(accountedFor(tracing, collector).delivered, 12);
});

test("a collector that goes away and comes back misses nothing and gets nothing twice", async () => {
  await using collector = await startCollector();
  await using door = new Door(collector.port);
  await door.open();
  const endpoint = `http://127.0.0.1:${door.port}`;
  await using tracing = await start({ endpoint, timeoutMs: 600, maxBatchSpans: 3 });
  for (let round = 0; round < 3; round++) {
    record(tracing, 5);
    assert.equal((await tracing.flush(10_000)).lost, 0);
    await door.close();
    record(tracing, 5);
    await tracing.flush();
    await door.open();
    await collector.waitForSpans(10 * (round + 1));
  }
  await tracing.flush();
  assert.equal(accountedFor(tracing, collector).delivered, 30);
});

test("setup() with another endpoint sends what comes from then on there", async () => {
  await using first = await startCollector();
  await using second = await startCollector();
  await using tracing = await start({ endpoint: first.url });
  record(tracing, 3);
  const again = await start({ endpoint: second.url });
  record(again, 2);
  assert.equal((await again.flush()).delivered, 5);
  assert.deepEqual([first.spans.length, second.spans.length], [3, 2]);
  assert.equal(accountedFor(tracing).delivered, 5);
});

test("shutdown delivers what is held, and a new setup() begins at zero", async () => {
  await using collector = await startCollector();
  for (let round = 1; round <= 3; round++) {
    const tracing = await start({ endpoint: collector.url });
    record(tracing, 4);
    await tracing.shutdown();
    const { started, delivered } = tracing.stats();
    assert.deepEqual([started, delivered, collector.spans.length], [4, 4, 4 * round]);
  }
});

test("shutdown does not wait longer than it was told to, and counts what it leaves", async () => {
  await using collector = await startCollector();
  collector.respond({ hang: true });
  const tracing = await start({ endpoint: collector.url });
  record(tracing, 4);
  const began = performance.now();
  await tracing.shutdown(150);
  assert.ok(performance.now() - began < 1500);
  assert.deepEqual(losses(accountedFor(tracing, collector)), ["queue shutdown 4"]);
});

test("however the collector behaves, every span is received or lost by name", async () => {
  const behaviours: (Behaviour | undefined)[] = [
    undefined,
    { status: 503 },
    { status: 400 },
    undefined,
    { reset: true },
    { partial: { rejected: 1, message: "one is enough" } },
    { status: 429, headers: { "retry-after": "0" } },
    { status: 500 },
    { status: 502, delayMs: 20 },
    { status: 404 },
    { cutBody: true },
  ];
  await using collector = await startCollector();
  // Always the same "chance", and every behaviour often.
  collector.respond((index) => behaviours[(index * 7 + (index >> 2)) % behaviours.length]);
  await using tracing = await start({ endpoint: collector.url, maxBatchSpans: 7 });
  for (let round = 0; round < 6; round++) {
    record(tracing, 20);
    await tracing.flush();
  }
  collector.respond({ status: 200 });
  await tracing.shutdown();
  const stats = accountedFor(tracing, collector);
  assert.equal(stats.ended, 120);
  assert.equal(stats.delivered + stats.lost, 120);
  const reasons = stats.losses.map(({ reason }) => reason).sort();
  assert.deepEqual(
    reasons.filter((reason) => !/^(http_(400|404|500)|rejected)$/.test(reason)),
    [],
  );
});
