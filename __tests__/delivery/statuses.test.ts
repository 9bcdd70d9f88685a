// What is sent again, after how long, and what never is.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startCollector } from "../support/collector.js";
import { accountedFor, losses, record, start } from "./tracing.js";

/** Clocks and timers are allowed to differ by so much. */
const TOLERANCE_MS = 20;

for (const status of [429, 502, 503, 504]) {
  test(`a ${status} is retried until it passes`, async () => {
    await using collector = await startCollector();
    collector.respond([{ status }, { status }]);
    await using tracing = await start({ endpoint: collector.url });
    record(tracing, 5);
    assert.deepEqual(await tracing.flush(), {
      ok: true,
      delivered: 5,
      lost: 0,
      pending: 0,
      timedOut: false,
    });
    const stats = accountedFor(tracing, collector);
    assert.deepEqual([stats.requests, stats.retries], [3, 2]);
    assert.equal(collector.requests.length, 3);
  });
}

for (const status of [400, 401, 403, 404, 405, 408, 409, 418, 422, 500, 501, 505]) {
  test(`a ${status} is never sent again`, async () => {
    await using collector = await startCollector();
    collector.respond([{ status }]);
    await using tracing = await start({ endpoint: collector.url });
    record(tracing, 5);
    const { ok, delivered, lost } = await tracing.flush();
    assert.deepEqual({ ok, delivered, lost }, { ok: false, delivered: 0, lost: 5 });
    record(tracing, 2);
    assert.equal((await tracing.flush()).delivered, 2);
    const stats = accountedFor(tracing, collector);
    assert.deepEqual(losses(stats), [`export http_${status} 5`]);
    assert.equal(stats.requests, 2);
    assert.match(stats.lastError ?? "", new RegExp(String(status)));
  });
}

test("Retry-After in seconds is waited for", async () => {
  await using collector = await startCollector();
  collector.respond([{ status: 503, headers: { "retry-after": "1" } }]);
  await using tracing = await start({ endpoint: collector.url });
  record(tracing, 1);
  await tracing.flush();
  const [first, second] = collector.requests;
  const waited = (second?.receivedAtMs ?? 0) - (first?.receivedAtMs ?? 0);
  assert.ok(waited >= 1000 - TOLERANCE_MS && waited < 2000, `${waited} ms`);
  accountedFor(tracing, collector);
});

test("Retry-After as a date is waited for", async () => {
  await using collector = await startCollector();
  // A date in whole seconds, one to two of them ahead.
  const date = new Date(Math.floor(Date.now() / 1000) * 1000 + 2000);
  collector.respond([{ status: 429, headers: { "retry-after": date.toUTCString() } }]);
  await using tracing = await start({ endpoint: collector.url });
  record(tracing, 1);
  await tracing.flush();
  const at = (collector.requests[1]?.receivedAtMs ?? 0) - date.getTime();
  assert.ok(at >= -TOLERANCE_MS && at < 1000, `${at} ms after the date`);
  accountedFor(tracing, collector);
});

test("a wait longer than the round ends the flush at once, and the spans stay", async () => {
  await using collector = await startCollector();
  collector.respond([{ status: 429, headers: { "retry-after": "60" } }]);
  await using tracing = await start({ endpoint: collector.url, maxBatchSpans: 4 });
  record(tracing, 4);
  const began = performance.now();
  const { ok, pending, timedOut } = await tracing.flush();
  assert.deepEqual({ ok, pending, timedOut }, { ok: false, pending: 4, timedOut: false });
  record(tracing, 2);
  assert.equal((await tracing.flush()).pending, 6);
  assert.ok(performance.now() - began < 1000);
  assert.equal(accountedFor(tracing, collector).queued, 6);
  await tracing.shutdown(100);
  assert.deepEqual(losses(accountedFor(tracing, collector)), ["queue shutdown 6"]);
  assert.equal(collector.requests.length, 1);
});

test("a collector that stays busy keeps the spans for a later round", async () => {
  await using collector = await startCollector();
  let busy = true;
  collector.respond(() => (busy ? { status: 503 } : undefined));
  await using tracing = await start({ endpoint: collector.url, timeoutMs: 200 });
  record(tracing, 7);
  assert.equal((await tracing.flush()).pending, 7);
  assert.equal(accountedFor(tracing, collector).queued, 7);
  busy = false;
  await collector.waitForSpans(7);
  await tracing.flush();
  assert.equal(accountedFor(tracing, collector).delivered, 7);
});
