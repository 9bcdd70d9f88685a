// Test tracing in processes of its own: an environment that is set against it, runtimes, worker
// threads, and a platform without the native module.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startCollector } from "../support/collector.js";
import { findBun, findDeno, nodeVersions } from "../support/node-versions.js";
import { runProgram, type ProgramOptions } from "../support/subprocess.js";

/** Runs a program that has to end well and silently, and returns what it printed as JSON. */
async function outputOf(program: string, options: ProgramOptions = {}): Promise<unknown> {
  const { code, stderr, stdout } = await runProgram(program, options);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return JSON.parse(stdout);
}

const IMPORT = `import { createTestTracing } from "catalyst-tracing/testing";`;

test("nothing in the environment turns it off, sends a span or changes one", async () => {
  await using collector = await startCollector();
  const program = `
    ${IMPORT}
    import { setup } from "catalyst-tracing";
    const tracing = await createTestTracing({ serviceName: "tested" });
    const app = await setup();
    app.tracer.startSpan("a").end();
    await tracing.flush();
    app.tracer.startSpan("b").end();
    console.log(JSON.stringify([
      tracing.spans().map((span) => [span.name, span.resource["service.name"]]),
      tracing.endpoint,
    ]));
    await tracing.shutdown();
  `;
  const env = {
    OTEL_SDK_DISABLED: "true",
    CATALYST_DISABLED: "1",
    CATALYST_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    HTTP_PROXY: collector.url,
    CATALYST_SERVICE_NAME: "app",
  };
  assert.deepEqual(await outputOf(program, { env }), [
    [
      ["a", "app"],
      ["b", "app"],
    ],
    "memory:",
  ]);
  assert.equal(collector.requests.length, 0);
});

test("the functions that need no handle record into it", async () => {
  const program = `
    ${IMPORT}
    import { agentSpan, manualSpan } from "catalyst-tracing";
    const tracing = await createTestTracing();
    await agentSpan({ agentName: "support" }, async () => {
      await manualSpan({ spanName: "look up", spanKind: "TOOL" }, async () => {});
    });
    console.log(JSON.stringify(tracing.tree()));
  `;
  assert.equal(await outputOf(program), "support.run [AGENT]\n└─ look up [TOOL]\n");
});

test("a second copy of the package has the first one's spans", async () => {
  const program = `
    import { cpSync, mkdirSync } from "node:fs";
    import { setup } from "catalyst-tracing";
    const copy = new URL("copy/", import.meta.url);
    mkdirSync(copy);
    cpSync("dist", new URL("dist/", copy), { recursive: true });
    cpSync("package.json", new URL("package.json", copy));
    console.warn = () => {};
    const app = await setup();
    const { createTestTracing } = await import(new URL("dist/testing.js", copy).href);
    const tracing = await createTestTracing();
    app.tracer.startSpan("of the app").end();
    console.log(JSON.stringify(tracing.spans().map((span) => span.name)));
    await app.shutdown();
  `;
  assert.deepEqual(await outputOf(program), ["of the app"]);
});

test("a sampler or a wrong value in the environment is nothing to a test by itself", async () => {
  const program = `
    ${IMPORT}
    const tracing = await createTestTracing();
    tracing.tracer.startSpan("a").end();
    console.log(JSON.stringify(tracing.spans().map((span) => span.name)));
  `;
  const env = {
    OTEL_TRACES_SAMPLER: "always_off",
    OTEL_BSP_SCHEDULE_DELAY: "soon",
    CATALYST_OTLP_ENDPOINT: "not a URL",
  };
  assert.deepEqual(await outputOf(program, { env }), ["a"]);
});

test("it neither keeps a process alive nor needs a shutdown", async () => {
  const started = performance.now();
  const program = `
    ${IMPORT}
    const tracing = await createTestTracing();
    tracing.tracer.startSpan("a").end();
    console.log(tracing.spans().length);
  `;
  assert.equal(await outputOf(program), 1);
  assert.ok(performance.now() - started < 10_000);
});

test("where the native module is missing it says so instead of recording nothing", async () => {
  const program = `
    Object.defineProperty(process, "arch", { value: "vax" });
    const { createTestTracing } = await import("catalyst-tracing/testing");
    const error = await createTestTracing().catch((thrown) => thrown);
    console.log(JSON.stringify([error.name, error.code, error.message]));
  `;
  const [name, code, message] = (await outputOf(program)) as string[];
  assert.deepEqual([name, code], ["CatalystTracingError", "ERR_NO_NATIVE_MODULE"]);
  assert.match(
    message ?? "",
    /^createTestTracing\(\): there is no native module for [a-z0-9]+-vax.*Build it from source/,
  );
});

test("a CommonJS test can require it", async () => {
  const program = `
    const { createTestTracing } = require("catalyst-tracing/testing");
    createTestTracing().then((tracing) => {
      tracing.tracer.startSpan("a").end();
      console.log(tracing.spans().length);
    });
  `;
  assert.equal(await outputOf(program, { format: "commonjs" }), 1);
});

const WORKERS = `
  ${IMPORT}
  import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
  const spansOf = (tracing) => tracing.spans().map((span) => [span.name, span.resource["service.name"]]);
  const inWorker = (name) => new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: name });
    let said;
    worker.on("message", (message) => (said = message));
    worker.on("error", reject);
    worker.on("exit", () => resolve(said));
  });
  if (isMainThread) {
    const tracing = await createTestTracing({ serviceName: "main" });
    tracing.tracer.startSpan("in main").end();
    const inWorkers = await Promise.all(["one", "two", "three"].map(inWorker));
    tracing.tracer.startSpan("in main again").end();
    const { delivered, lost } = tracing.stats();
    console.log(JSON.stringify([spansOf(tracing), ...inWorkers]));
    await tracing.shutdown();
  } else {
    const tracing = await createTestTracing({ serviceName: workerData });
    for (let n = 0; n < 50; n += 1) tracing.tracer.startSpan("span " + n).end();
    await tracing.flush();
    parentPort.postMessage([tracing.stats().delivered, ...new Set(spansOf(tracing).map((span) => span[1]))]);
    if (workerData !== "two") await tracing.shutdown();
  }
`;

test("each worker thread that calls it has spans and counts of its own", async () => {
  assert.deepEqual(await outputOf(WORKERS), [
    [
      ["in main", "main"],
      ["in main again", "main"],
    ],
    [50, "one"],
    [50, "two"],
    [50, "three"],
  ]);
});

test("workers that come and go in a process without tracing see their spans, one after another", async () => {
  const program = `
    import { isMainThread, parentPort, Worker } from "node:worker_threads";
    if (isMainThread) {
      const seen = [];
      for (let n = 0; n < 5; n += 1) {
        await new Promise((resolve) => {
          const worker = new Worker(new URL(import.meta.url));
          worker.on("message", (spans) => seen.push(spans));
          worker.on("exit", resolve);
        });
      }
      console.log(JSON.stringify(seen));
    } else {
      const { createTestTracing } = await import("catalyst-tracing/testing");
      const tracing = await createTestTracing();
      tracing.tracer.startSpan("a").end();
      parentPort.postMessage(tracing.spans().length);
    }
  `;
  assert.deepEqual(await outputOf(program), [1, 1, 1, 1, 1]);
});

test("a worker's setup() goes on beside a test of the main thread", async () => {
  await using collector = await startCollector();
  const program = `
    ${IMPORT}
    import { setup } from "catalyst-tracing";
    import { isMainThread, Worker } from "node:worker_threads";
    if (isMainThread) {
      const tracing = await createTestTracing();
      await new Promise((resolve) => new Worker(new URL(import.meta.url)).on("exit", resolve));
      tracing.tracer.startSpan("in main").end();
      console.log(JSON.stringify(tracing.spans().map((span) => span.name)));
    } else {
      const { tracer } = await setup();
      tracer.startSpan("in worker").end();
    }
  `;
  const env = { CATALYST_OTLP_ENDPOINT: collector.url };
  assert.deepEqual(await outputOf(program, { env }), ["in main"]);
  assert.deepEqual(
    collector.spans.map((span) => span.name),
    ["in worker"],
  );
});

const EVERYWHERE = `
  ${IMPORT}
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const tracing = await createTestTracing({ serviceName: "runtimes" });
  const { tracer } = tracing;
  await tracer.startActiveSpan("run", async (run) => {
    await wait(1);
    tracer.startActiveSpan("step", (step) => {
      step.setAttribute("request", { text: "é😀" });
      step.recordException(new TypeError("no"));
      step.setStatus({ code: 2, message: "no" });
      step.end();
    });
    run.end();
  });
  const [step] = tracing.spans();
  const again = await createTestTracing();
  tracer.startSpan("again").end();
  console.log(JSON.stringify({
    step: [step.name, step.status, step.attributes, step.events[0].name],
    again: again.tree(),
  }));
  await again.shutdown();
`;

for (const runtime of [...nodeVersions(), findBun(), findDeno()]) {
  if ("skipped" in runtime) {
    test("a runtime that is not here", { skip: runtime.skipped }, () => {});
    continue;
  }
  const { name, version, path } = runtime;
  test(`${name} ${version}: spans are seen`, async () => {
    const options = { runtime: name, ...(name === "node" && { node: path }) };
    assert.deepEqual(await outputOf(EVERYWHERE, options), {
      step: ["step", { code: "ERROR", message: "no" }, { request: '{"text":"é😀"}' }, "exception"],
      again: "again [internal]\n",
    });
  });
}
