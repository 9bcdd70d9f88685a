// Worker threads: each is an environment of its own with spans of its own, and may end at any
// moment.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startCollector } from "../support/collector.js";
import { MAX_ROUND_MS, names, runWithWorkers } from "./worker-programs.js";

test("the spans of a worker that ends by itself arrive", async () => {
  await using collector = await startCollector();
  await runWithWorkers(
    `await ended(start());`,
    `const { tracer } = await setup(); tracer.startSpan("in worker").end();`,
    collector,
  );
  assert.deepEqual(names(collector), ["in worker"]);
});

test("the spans of a worker that calls process.exit() arrive", async () => {
  await using collector = await startCollector();
  await runWithWorkers(
    `await ended(start());`,
    `const { tracer } = await setup(); tracer.startSpan("in worker").end(); process.exit(3);`,
    collector,
  );
  assert.deepEqual(names(collector), ["in worker"]);
});

test("the spans of a worker that dies of an error arrive", async () => {
  await using collector = await startCollector();
  await runWithWorkers(
    `const worker = start(); worker.on("error", () => {}); await ended(worker);`,
    `const { tracer } = await setup(); tracer.startSpan("in worker").end(); throw new Error("of the app");`,
    collector,
  );
  assert.deepEqual(names(collector), ["in worker"]);
});

test("spans that ended right before their worker was terminated arrive", async () => {
  await using collector = await startCollector();
  await runWithWorkers(
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
  await runWithWorkers(
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
  await runWithWorkers(
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
  await runWithWorkers(
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
  await runWithWorkers(
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

test("a process that ends with workers running delivers what they had handed over", async () => {
  await using collector = await startCollector();
  await runWithWorkers(
    `const { tracer } = await setup();
     const workers = Array.from({ length: 5 }, () => start());
     await Promise.all(workers.map((worker) => once(worker, "message")));
     tracer.startSpan("in main").end();
     process.exit(0);`,
    `const tracing = await setup();
     tracing.tracer.startSpan("in worker").end();
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
  await runWithWorkers(
    `const worker = start(); await once(worker, "message"); await worker.terminate();`,
    `const { tracer } = await setup();
     tracer.startSpan("in worker").end();
     parentPort.postMessage("ended");
     for (;;) {}`,
    collector,
  );
  assert.ok(performance.now() - startedAt < MAX_ROUND_MS);
});
