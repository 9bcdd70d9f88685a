// Worker threads by the dozen, at once and one after the other.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";

import type { TracingStats } from "catalyst-tracing";

import { startCollector } from "../support/collector.js";
import { names, runWithWorkers } from "./worker-programs.js";

/** What each of them left behind would show; a connection that is just closing does not. */
const WORKERS_BETWEEN = 15;

test("fifty workers at once, which all end by themselves, deliver all their spans", async () => {
  await using collector = await startCollector();
  await runWithWorkers(
    `await Promise.all(Array.from({ length: 50 }, (_, index) => ended(start(index))));`,
    `const { tracer } = await setup();
     for (let n = 0; n < 20; n += 1) {
       tracer.startSpan("in worker", { attributes: { worker: workerData, n } }).end();
       if (n === 10) await new Promise((resolve) => setTimeout(resolve, 1));
     }`,
    collector,
  );
  const seen = collector.spans.map(({ attributes: { worker, n } }) => JSON.stringify([worker, n]));
  assert.equal(seen.length, 1000);
  assert.equal(new Set(seen).size, 1000);
});

test("fifty workers beside a main thread that traces, terminated at once, lose nothing that ended", async () => {
  await using collector = await startCollector();
  const stdout = await runWithWorkers(
    `const tracing = await setup();
     const workers = Array.from({ length: 50 }, (_, index) => start(index));
     for (let n = 0; n < 20; n += 1) tracing.tracer.startSpan("in main").end();
     await Promise.all(workers.map((worker) => once(worker, "message")));
     await Promise.all(workers.map((worker) => worker.terminate()));
     await tracing.flush();
     const stats = tracing.stats();
     await tracing.shutdown();
     console.log(JSON.stringify(stats));`,
    `const { tracer } = await setup();
     for (let n = 0; n < 20; n += 1) tracer.startSpan("in worker").end();
     parentPort.postMessage("ended");
     await new Promise((resolve) => setTimeout(resolve, 60_000));`,
    collector,
  );
  assert.equal(collector.spans.length, 51 * 20);
  const { started, ended, queued, delivered } = JSON.parse(stdout) as Record<string, number>;
  assert.deepEqual(
    { started, ended, queued, delivered },
    { started: 1020, ended: 1020, queued: 0, delivered: 1020 },
  );
});

test("workers that are terminated while they start, trace and end harm nothing", async () => {
  await using collector = await startCollector();
  await runWithWorkers(
    `const tracing = await setup();
     for (let round = 0; round < 4; round += 1) {
       const workers = Array.from({ length: 8 }, () => start());
       const ends = workers.map(async (worker, index) => {
         await new Promise((resolve) => setTimeout(resolve, index * 12));
         await worker.terminate();
       });
       await Promise.all(ends);
     }
     tracing.tracer.startSpan("in main").end();
     await tracing.shutdown();`,
    `const tracing = await setup();
     for (;;) {
       for (let n = 0; n < 10; n += 1) tracing.tracer.startSpan("in worker", { attributes: { o: { n } } }).end();
       await new Promise((resolve) => setImmediate(resolve));
     }`,
    collector,
  );
  assert.equal(names(collector).filter((name) => name === "in main").length, 1);
});

test("workers that are terminated while they end a span leave an account that closes, and no warning", async () => {
  await using collector = await startCollector();
  const stdout = await runWithWorkers(
    `const tracing = await setup();
     for (let round = 0; round < 3; round += 1) {
       const workers = Array.from({ length: 8 }, () => start());
       await Promise.all(workers.map(async (worker) => {
         await once(worker, "message");
         await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
         await worker.terminate();
       }));
     }
     await tracing.flush();
     const stats = tracing.stats();
     await tracing.shutdown();
     console.log(JSON.stringify(stats));`,
    `const { tracer } = await setup();
     const text = "x".repeat(2000);
     parentPort.postMessage("ready");
     for (;;) {
       const span = tracer.startSpan("in worker", { attributes: { text, o: { text } } });
       for (let n = 0; n < 20; n += 1) span.setAttribute("n" + n, text);
       span.end();
     }`,
    collector,
  );
  const stats = JSON.parse(stdout) as TracingStats;
  const { ended, queued, delivered, lost, losses, spool } = stats;
  assert.equal(queued, 0);
  assert.equal(ended + spool.recovered, delivered + lost + spool.left);
  const ids = new Set(collector.spans.map(({ spanId }) => spanId));
  assert.equal(ids.size, collector.spans.length, "a span arrived twice");
  assert.equal(delivered, ids.size);
  const known = new Set(["handoff unwritten", "handoff queue_full"]);
  assert.deepEqual(
    losses.filter(({ stage, reason }) => !known.has(`${stage} ${reason}`)),
    [],
  );
});

test(
  "workers come and go without a thread or a descriptor left behind",
  {
    skip: existsSync("/proc/self/task") ? false : "there is no /proc here to count in",
  },
  async () => {
    await using collector = await startCollector();
    const stdout = await runWithWorkers(
      `const { readdirSync } = await import("node:fs");
     const look = () => [readdirSync("/proc/self/task").length, readdirSync("/proc/self/fd").length];
     const tracing = await setup();
     tracing.tracer.startSpan("in main").end();
     await tracing.flush();
     for (let n = 0; n < 3; n += 1) await ended(start());
     const first = look();
     for (let n = 0; n < ${WORKERS_BETWEEN}; n += 1) await ended(start());
     const last = look();
     await tracing.shutdown();
     console.log(JSON.stringify([first, last]));`,
      `const { tracer } = await setup(); tracer.startSpan("in worker").end();`,
      collector,
    );
    const [first, last] = JSON.parse(stdout) as [number[], number[]];
    for (const [index, before] of first.entries()) {
      const growth = (last[index] ?? 0) - before;
      assert.ok(growth < WORKERS_BETWEEN / 3, `from ${String(first)} to ${String(last)}`);
    }
  },
);
