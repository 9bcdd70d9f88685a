// Spans that are open when the process ends: they arrive, and say that they were cut short.

import assert from "node:assert/strict";
import { test } from "node:test";

import { accounted } from "./accounts.js";

const ERROR = 2;

const ends: [how: string, body: string, code: number, reason: string][] = [
  ["by itself", ``, 0, "process_exit"],
  ["by process.exit()", `process.exit(3);`, 3, "process_exit"],
  ["by an error of its main module", `throw new Error("of the app");`, 1, "unhandled_rejection"],
  [
    "by an uncaught error",
    `setTimeout(() => { throw new Error("of the app"); }, 5);`,
    1,
    "uncaught_exception",
  ],
  [
    "by an unhandled rejection",
    `Promise.reject(new Error("of the app"));`,
    1,
    "unhandled_rejection",
  ],
  [
    "by process.exit() in its uncaughtException handler",
    `process.on("uncaughtException", () => process.exit(4)); setImmediate(() => { throw new Error("of the app"); });`,
    4,
    "uncaught_exception",
  ],
  [
    "by process.exit() long after an error that it has handled",
    `process.on("uncaughtException", () => setTimeout(() => process.exit(4), 20)); setImmediate(() => { throw new Error("of the app"); });`,
    4,
    "process_exit",
  ],
];
for (const [how, body, code, reason] of ends) {
  test(`of a process that ends ${how}, open spans arrive as incomplete`, async () => {
    const ended = await accounted(
      `const kept = [start("from before")];
       await new Promise((resolve) => setTimeout(resolve, 20));
       end(start("ended"));
       kept.push(start("of the last tick"));
       globalThis.kept = kept;
       ${body}`,
      { unfinished: ["from before", "of the last tick"] },
    );
    assert.equal(ended.code, code, ended.stderr);
    assert.equal(ended.signal, null);
    for (const name of ["from before", "of the last tick"]) {
      const span = ended.spans.get(name);
      assert.equal(span?.attributes["catalyst.incomplete_reason"], reason);
      assert.deepEqual(span?.status, {
        code: ERROR,
        message: `the process ended before the span did: ${reason}`,
      });
      assert.ok(span.endTimeUnixNano >= span.startTimeUnixNano);
    }
  });
}

test("what a span had by then arrives with it", async () => {
  const { spans } = await accounted(
    `globalThis.kept = start("open", { attributes: { key: "value" } });
     kept.setAttribute("object", { deep: [1] });
     kept.addEvent("event");
     await new Promise((resolve) => setTimeout(resolve, 10));
     kept.setAttribute("late", true);`,
    { unfinished: ["open"] },
  );
  const span = spans.get("open");
  const { key, object, late } = span?.attributes ?? {};
  assert.deepEqual({ key, object, late }, { key: "value", object: `{"deep":[1]}`, late: true });
  assert.equal(span?.events[0]?.name, "event");
});

test("a status that the app has set stands", async () => {
  const { spans } = await accounted(
    `const kept = [start("fine").setStatus({ code: 1 }), start("not").setStatus({ code: 2, message: "of the app" })];
     globalThis.kept = kept;`,
    { unfinished: ["fine", "not"] },
  );
  assert.deepEqual(spans.get("fine")?.status, { code: 1, message: "" });
  assert.deepEqual(spans.get("not")?.status, { code: ERROR, message: "of the app" });
});

test("spans that the app ends in its own exit handler are whole", async () => {
  await accounted(
    `const open = start("run");
     process.on("exit", () => end(open));
     await new Promise((resolve) => setTimeout(resolve, 5));
     process.exit(0);`,
  );
});

test("a run of an agent, its steps and its parents arrive as one tree", async () => {
  const { spans } = await accounted(
    `const { agentSpan, manualSpan } = await import("catalyst-tracing");
     await agentSpan({ agentId: "a", agentName: "agent" }, async () => {
       await manualSpan({ spanName: "step" }, async () => {
         start("leaf");
         await new Promise((resolve) => setTimeout(resolve, 10));
         process.exit(0);
       });
     });`,
    { unfinished: ["agent.run", "step", "leaf"] },
  );
  assert.equal(spans.get("leaf")?.parentSpanId, spans.get("step")?.spanId);
  assert.equal(spans.get("step")?.parentSpanId, spans.get("agent.run")?.spanId);
});

test("an uncaught error inside an active span is an exception event of that span", async () => {
  const { code, stderr, spans } = await accounted(
    `tracer.startActiveSpan("outer", () => {
       setTimeout(() => {
         tracer.startActiveSpan("inner", () => {
           setImmediate(() => { throw new TypeError("of the app"); });
         });
       }, 5);
     });`,
    { unfinished: ["outer", "inner"] },
  );
  assert.equal(code, 1);
  assert.match(stderr, /TypeError: of the app/);
  const inner = spans.get("inner");
  assert.equal(inner?.events[0]?.attributes["exception.type"], "TypeError");
  assert.deepEqual(inner.status, { code: ERROR, message: "of the app" });
  assert.deepEqual(spans.get("outer")?.events, []);
});

test("ten thousand open spans arrive, each once", async () => {
  const { collector } = await accounted(
    `globalThis.kept = Array.from({ length: 10_000 }, (_, n) => start("open", { attributes: { n } }));
     for (let n = 0; n < 10_000; n += 2) end(kept[n]);
     process.exit(0);`,
    { unfinished: Array.from({ length: 5000 }, () => "open") },
  );
  assert.equal(new Set(collector.spans.map((span) => span.attributes["n"])).size, 10_000);
  assert.equal(collector.spans.length, 10_000);
});

test("with exitFlushMs 0 open spans are not sent", async () => {
  const { spans } = await accounted(
    `globalThis.kept = start("open"); end(start("ended")); await tracing.flush();`,
    { setup: { exitFlushMs: 0 } },
  );
  assert.deepEqual([...spans.keys()], ["ended"]);
});

test("spans that were abandoned and collected are not sent", async () => {
  const { collector } = await accounted(
    `for (let n = 0; n < 100; n += 1) start("abandoned " + n);
     for (let n = 0; n < 5; n += 1) {
       await new Promise((resolve) => setTimeout(resolve, 10));
       gc();
     }
     end(start("ended"));`,
    { runtimeArgs: ["--expose-gc"] },
  );
  assert.equal(collector.spans.length, 1);
});

test("open spans of a worker that exits arrive, and of one that is terminated do not", async () => {
  const { spans } = await accounted(
    `import { once } from "node:events";
     import { Worker, isMainThread, workerData } from "node:worker_threads";
     if (isMainThread) {
       const url = new URL(import.meta.url);
       const exits = new Worker(url, { workerData: "exits" });
       const terminated = new Worker(url, { workerData: "terminated" });
       const gone = once(exits, "exit");
       await once(terminated, "message");
       await terminated.terminate();
       await gone;
     } else {
       const { parentPort } = await import("node:worker_threads");
       end(start("ended in the one that " + workerData));
       globalThis.kept = start("open in the one that " + workerData);
       await new Promise((resolve) => setTimeout(resolve, 20));
       if (workerData === "exits") process.exit(0);
       parentPort.postMessage("ready");
       setInterval(() => {}, 1000);
     }`,
    { unfinished: ["open in the one that exits"] },
  );
  const open = spans.get("open in the one that exits");
  assert.equal(open?.attributes["catalyst.incomplete_reason"], "process_exit");
});
