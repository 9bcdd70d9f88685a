// A collector that hangs, is dead, or is slow: the app's time is bounded everywhere.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { type CatalystTracing, setup } from "catalyst-tracing";

import { assertSums } from "../capture/traced.js";
import { startCollector } from "../support/collector.js";
import { deadEndpoint, PROCESS_SLACK_MS, runTraced } from "./programs.js";

/** What a wait with a timer may be late on a busy machine. */
const TIMER_SLACK_MS = 300;

async function tookMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

for (const exitFlushMs of [0, 300]) {
  test(`with a hanging collector, exitFlushMs ${exitFlushMs} bounds the end of the process`, async () => {
    await using collector = await startCollector();
    collector.respond({ hang: true });
    const body = `endSpan("s"); ending();`;
    const ended = await runTraced(body, collector.url, { setup: { exitFlushMs } });
    assert.equal(ended.code, 0, ended.stderr);
    assert.ok(ended.exitDelayMs < exitFlushMs + PROCESS_SLACK_MS, `${ended.exitDelayMs} ms`);
    assert.ok(ended.exitDelayMs >= exitFlushMs - 5, "it waits for a collector that may answer");
  });

  test(`with a dead collector, exitFlushMs ${exitFlushMs} bounds the end of the process`, async () => {
    const body = `endSpan("s"); ending();`;
    const ended = await runTraced(body, await deadEndpoint(), { setup: { exitFlushMs } });
    assert.equal(ended.code, 0, ended.stderr);
    assert.ok(ended.exitDelayMs < exitFlushMs + PROCESS_SLACK_MS, `${ended.exitDelayMs} ms`);
  });
}

test("the default bound of the end of a process is two seconds", async () => {
  await using collector = await startCollector();
  collector.respond({ hang: true });
  const ended = await runTraced(`endSpan("s"); ending(); process.exit(5);`, collector.url);
  assert.equal(ended.code, 5);
  assert.ok(ended.exitDelayMs >= 1900, `${ended.exitDelayMs} ms`);
  assert.ok(ended.exitDelayMs < 2000 + PROCESS_SLACK_MS, `${ended.exitDelayMs} ms`);
});

test("the end of a process waits for a slow collector as long as it needs, and no longer", async () => {
  await using collector = await startCollector();
  collector.respond({ status: 200, delayMs: 200 });
  const ended = await runTraced(`endSpan("s"); ending();`, collector.url);
  assert.ok(ended.exitDelayMs < 200 + PROCESS_SLACK_MS, `${ended.exitDelayMs} ms`);
  assert.equal(collector.spans.length, 1);
});

test("a collector that is dead does not keep a process alive that has work of its own", async () => {
  const body = `endSpan("s"); await new Promise((resolve) => setTimeout(resolve, 50)); ending();`;
  const ended = await runTraced(body, await deadEndpoint(), { setup: { exitFlushMs: 100 } });
  assert.equal(ended.code, 0);
  assert.ok(ended.exitDelayMs < 100 + PROCESS_SLACK_MS, `${ended.exitDelayMs} ms`);
});

for (const how of ["hangs", "is dead"] as const) {
  /** An endpoint at which that is so, until it is disposed of. */
  const start = async () => {
    if (how === "is dead")
      return { url: await deadEndpoint(), [Symbol.asyncDispose]: async () => {} };
    const collector = await startCollector();
    collector.respond({ hang: true });
    return collector;
  };

  test(`when the collector ${how}, flush resolves in its time and says that it did not succeed`, async () => {
    await using collector = await start();
    await using tracing = await setup({ endpoint: collector.url });
    tracing.tracer.startSpan("s").end();
    const took = await tookMs(async () => {
      const result = await tracing.flush(200);
      assert.deepEqual([result.ok, result.timedOut], [false, true]);
    });
    assert.ok(took < 200 + TIMER_SLACK_MS, `${took} ms`);
    assertSums(tracing.stats());
    assert.equal(tracing.stats().queued, 1, "it may still be delivered");
    await tracing.shutdown(0);
  });

  test(`when the collector ${how}, shutdown ends in its time and counts what is lost`, async () => {
    await using collector = await start();
    await using tracing = await setup({ endpoint: collector.url });
    for (let n = 0; n < 3; n += 1) tracing.tracer.startSpan("s").end();
    const took = await tookMs(() => tracing.shutdown(200));
    assert.ok(took < 200 + TIMER_SLACK_MS, `${took} ms`);
    const stats = tracing.stats();
    assertSums(stats);
    assert.deepEqual([stats.queued, stats.lost], [0, 3]);
  });

  test(`when the collector ${how}, a flush without a time ends by the timeout of a batch`, async () => {
    await using collector = await start();
    await using tracing = await setup({ endpoint: collector.url, timeoutMs: 200 });
    tracing.tracer.startSpan("s").end();
    const took = await tookMs(async () => {
      const result = await tracing.flush();
      assert.deepEqual([result.ok, result.pending], [false, 1]);
    });
    assert.ok(took < 200 + 1000 + TIMER_SLACK_MS, `${took} ms`);
    await tracing.shutdown(0);
    assertSums(tracing.stats());
  });
}

test("spans that a collector did not take are delivered when it is back", async () => {
  await using collector = await startCollector();
  collector.respond([{ reset: true }, { status: 503, headers: { "retry-after": "0" } }]);
  await using tracing = await setup({ endpoint: collector.url });
  tracing.tracer.startSpan("patient").end();
  const result = await tracing.flush();
  assert.deepEqual([result.ok, result.delivered], [true, 1]);
  assert.equal(collector.spans.length, 1);
});

const noTimes: unknown[] = [Number.NaN, -1, 0, Number.MIN_VALUE, null, "100", {}, [50]];
noTimes.push(Symbol("s"), 10n, () => 1);

async function flushFor(tracing: CatalystTracing, time: unknown): Promise<boolean> {
  return (await tracing.flush(time as number)).ok;
}

for (const time of noTimes) {
  const shown = inspect(time);

  test(`flush with ${shown} as its time never rejects, and ends with the batch`, async () => {
    await using collector = await startCollector();
    collector.respond({ hang: true });
    await using tracing = await setup({ endpoint: collector.url, timeoutMs: 50 });
    tracing.tracer.startSpan("s").end();
    const startedAt = performance.now();
    const [flushed] = await Promise.allSettled([flushFor(tracing, time)]);
    const took = performance.now() - startedAt;
    await tracing.shutdown(0);
    assert.deepEqual(flushed, { status: "fulfilled", value: false });
    assert.ok(took < 50 + 1000 + TIMER_SLACK_MS, `${took} ms`);
    assertSums(tracing.stats());
  });

  test(`shutdown with ${shown} as its time never rejects, and ends`, async () => {
    await using collector = await startCollector();
    await using tracing = await setup({ endpoint: collector.url });
    tracing.tracer.startSpan("s").end();
    const took = await tookMs(() => tracing.shutdown(time as number));
    assert.ok(took < 1000 + TIMER_SLACK_MS, `${took} ms`);
    assertSums(tracing.stats());
    assert.equal(tracing.stats().queued, 0);
    assert.equal(tracing.tracer.startSpan("late").isRecording(), false);
  });
}

test("flush with all the time there is ends with the batch", async () => {
  await using collector = await startCollector();
  collector.respond({ hang: true });
  await using tracing = await setup({ endpoint: collector.url, timeoutMs: 50 });
  tracing.tracer.startSpan("s").end();
  for (const time of [Number.POSITIVE_INFINITY, Number.MAX_VALUE, 2 ** 40]) {
    assert.equal(await flushFor(tracing, time), false);
  }
  await tracing.shutdown(0);
});

test("shutdown with NaN as its time takes no longer than one without", async () => {
  await using collector = await startCollector();
  collector.respond({ hang: true });
  await using tracing = await setup({ endpoint: collector.url, timeoutMs: 8000 });
  tracing.tracer.startSpan("s").end();
  const took = await tookMs(() => tracing.shutdown(Number.NaN));
  assert.ok(took < 5000 + TIMER_SLACK_MS, `${took} ms`);
});
