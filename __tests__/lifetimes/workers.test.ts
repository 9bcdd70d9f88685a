// Worker threads: each is an environment of its own with spans of its own, and may end at any
// moment. The process around it is an app's.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";

import { startCollector, type Collector } from "../support/collector.js";
import { runProgram, type ProgramOptions } from "../support/subprocess.js";

/** Processes and threads start and end well within it, and nobody's timeout does. */
const MAX_ROUND_MS = 3000;

/**
 * The program's source is both the main thread's and the workers': `role` says which. Workers say
 * what they have to say through `parentPort`.
 */
const PRELUDE = `
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { setup } from "catalyst-tracing";
const start = (data) => new Worker(new URL(import.meta.url), { workerData: data });
const ended = (worker) => new Promise((resolve) => worker.once("exit", resolve));
`;

async function run(
  main: string,
  worker: string,
  collector: Collector,
  options: ProgramOptions = {},
): Promise<string> {
  const source = `${PRELUDE}
    if (isMainThread) await main(); else await worker();
    async function main() { ${main} }
    async function worker() { ${worker} }`;
  const { code, signal, stdout, stderr, timedOut } = await runProgram(source, {
    timeoutMs: 30_000,
    env: { CATALYST_OTLP_ENDPOINT: collector.url },
    ...options,
  });
  assert.deepEqual({ code, signal, stderr, timedOut }, { code: 0, signal: null, stderr: "", timedOut: false });
  assert.deepEqual(collector.problems, []);
  return stdout;
}

function names(collector: Collector): string[] {
  return collector.spans.map((span) => span.name).sort();
}

test("the spans of a worker that ends by itself arrive", async () => {
  await using collector = await startCollector();
  await run(
    `await ended(start());`,
    `const { tracer } = await setup(); tracer.startSpan("in worker").end();`,
    collector,
  );
  assert.deepEqual(names(collector), ["in worker"]);
});

test("the spans of a worker that calls process.exit() arrive", async () => {
  await using collector = await startCollector();
  await run(
    `await ended(start());`,
    `const { tracer } = await setup(); tracer.startSpan("in worker").end(); process.exit(3);`,
    collector,
  );
  assert.deepEqual(names(collector), ["in worker"]);
});

test("the spans of a worker that dies of an error arrive", async () => {
  await using collector = await startCollector();
  await run(
    `const worker = start(); worker.on("error", () => {}); await ended(worker);`,
    `const { tracer } = await setup(); tracer.startSpan("in worker").end(); throw new Error("of the app");`,
    collector,
  );
  assert.deepEqual(names(collector), ["in worker"]);
});

test("spans that ended right before their worker was terminated arrive", async () => {
  await using collector = await startCollector();
  await run(
    `const worker = start(); await once(worker, "message"); await worker.terminate();`,
    `const { tracer } = await setup();
     for (let n = 0; n < 100; n += 1) tracer.startSpan("in worker", { attributes: { n, o: { n } } }).end();
     parentPort.postMessage("ended");
     for (;;) {}`,
    collector,
  );
  const numbers = collector.spans.map((span) => [span.attributes["n"], span.attributes["o"]]);
  assert.deepEqual(
    numbers,
    Array.from({ length: 100 }, (_, n) => [n, JSON.stringify({ n })]),
  );
});

test("spans of a worker arrive at a main thread that goes on, when the worker is terminated", async () => {
  await using collector = await startCollector();
  await run(
    `const tracing = await setup();
     tracing.tracer.startSpan("in main").end();
     const worker = start();
     await once(worker, "message");
     await worker.terminate();
     tracing.tracer.startSpan("in main, later").end();
     const result = await tracing.flush();
     if (!result.ok) throw new Error(JSON.stringify(result));`,
    `const { tracer } = await setup();
     tracer.startSpan("in worker").end();
     parentPort.postMessage("ended");
     for (;;) {}`,
    collector,
  );
  assert.deepEqual(names(collector), ["in main", "in main, later", "in worker"]);
});

test("a worker that shuts down does not end tracing in the others", async () => {
  await using collector = await startCollector();
  const startedAt = performance.now();
  await run(
    `const tracing = await setup();
     await ended(start("one that shuts down"));
     tracing.tracer.startSpan("in main").end();
     await ended(start("another"));
     await tracing.shutdown();`,
    `const tracing = await setup();
     tracing.tracer.startSpan(workerData).end();
     await tracing.shutdown();`,
    collector,
  );
  assert.deepEqual(names(collector), ["another", "in main", "one that shuts down"]);
  const took = performance.now() - startedAt;
  assert.ok(took < MAX_ROUND_MS, `whoever is not the last has nothing to wait for: ${took} ms`);
});

test("a main thread that shuts down does not end tracing in a worker", async () => {
  await using collector = await startCollector();
  const startedAt = performance.now();
  await run(
    `const tracing = await setup();
     tracing.tracer.startSpan("in main").end();
     const worker = start();
     await once(worker, "message");
     await tracing.shutdown();
     worker.postMessage("go on");
     await ended(worker);`,
    `const { tracer } = await setup();
     parentPort.postMessage("ready");
     await once(parentPort, "message");
     tracer.startSpan("in worker").end();`,
    collector,
  );
  assert.deepEqual(names(collector), ["in main", "in worker"]);
  const took = performance.now() - startedAt;
  assert.ok(took < MAX_ROUND_MS, `whoever is not the last has nothing to wait for: ${took} ms`);
});

test("a trace goes on in a worker through its headers", async () => {
  await using collector = await startCollector();
  const api = `const { context, propagation, ROOT_CONTEXT } = await import("@opentelemetry/api");`;
  await run(
    `${api}
     const { tracer } = await setup();
     await tracer.startActiveSpan("in main", async (span) => {
       const headers = {};
       propagation.inject(context.active(), headers);
       await ended(start(headers));
       span.end();
     });`,
    `${api}
     const { tracer } = await setup();
     tracer.startSpan("in worker", {}, propagation.extract(ROOT_CONTEXT, workerData)).end();`,
    collector,
  );
  const [inner, outer] = collector.spans.toSorted((a, b) => (a.name < b.name ? 1 : -1));
  assert.deepEqual([inner?.name, outer?.name], ["in worker", "in main"]);
  assert.equal(inner?.parentSpanId, outer?.spanId);
});

test("fifty workers at once, which all end by themselves, deliver all their spans", async () => {
  await using collector = await startCollector();
  await run(
    `await Promise.all(Array.from({ length: 50 }, (_, index) => ended(start(index))));`,
    `const { tracer } = await setup();
     for (let n = 0; n < 20; n += 1) {
       tracer.startSpan("in worker", { attributes: { worker: workerData, n } }).end();
       if (n === 10) await new Promise((resolve) => setTimeout(resolve, 1));
     }`,
    collector,
  );
  const seen = collector.spans.map((span) => `${span.attributes["worker"]} ${span.attributes["n"]}`);
  assert.equal(seen.length, 1000);
  assert.equal(new Set(seen).size, 1000);
});

test("fifty workers beside a main thread that traces, terminated at once, lose nothing that ended", async () => {
  await using collector = await startCollector();
  const stdout = await run(
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
  await run(
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

test("workers come and go without a thread or a descriptor left behind", {
  skip: existsSync("/proc/self/task") ? false : "there is no /proc here to count in",
}, async () => {
  await using collector = await startCollector();
  const stdout = await run(
    `const { readdirSync } = await import("node:fs");
     const look = () => [readdirSync("/proc/self/task").length, readdirSync("/proc/self/fd").length];
     const tracing = await setup();
     tracing.tracer.startSpan("in main").end();
     await tracing.flush();
     for (let n = 0; n < 3; n += 1) await ended(start());
     const first = look();
     for (let n = 0; n < 15; n += 1) await ended(start());
     const last = look();
     await tracing.shutdown();
     console.log(JSON.stringify([first, last]));`,
    `const { tracer } = await setup(); tracer.startSpan("in worker").end();`,
    collector,
  );
  const [first, last] = JSON.parse(stdout) as [number[], number[]];
  assert.deepEqual(last, first);
});

test("a process that ends with workers running delivers what they had handed over", async () => {
  await using collector = await startCollector();
  await run(
    `const { tracer } = await setup();
     const workers = Array.from({ length: 5 }, () => start());
     await Promise.all(workers.map((worker) => once(worker, "message")));
     tracer.startSpan("in main").end();
     process.exit(0);`,
    `const tracing = await setup();
     tracing.tracer.startSpan("in worker").end();
     if (tracing.stats().ended === 0) throw new Error("asking for the counts hands over");
     parentPort.postMessage("ended");
     for (;;) {}`,
    collector,
  );
  assert.deepEqual(names(collector), ["in main", ...Array<string>(5).fill("in worker")]);
});

test("a worker with a hanging collector may be terminated, and the process ends", async () => {
  await using collector = await startCollector();
  collector.respond({ hang: true });
  const startedAt = performance.now();
  await run(
    `const worker = start(); await once(worker, "message"); await worker.terminate();`,
    `const { tracer } = await setup();
     tracer.startSpan("in worker").end();
     parentPort.postMessage("ended");
     for (;;) {}`,
    collector,
  );
  assert.ok(performance.now() - startedAt < MAX_ROUND_MS);
});
