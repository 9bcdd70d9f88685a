// The end of a process, in every way in which one can end: what had ended by then arrives, and the
// process ends as it would have without us.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startCollector } from "../support/collector.js";
import { runProgram, startProgram } from "../support/subprocess.js";
import { PROCESS_SLACK_MS, runTraced } from "./programs.js";

const ends: [how: string, body: string, code: number, stderr: RegExp][] = [
  ["by itself, without flush or shutdown", `endSpan("last");`, 0, /^$/],
  [
    "by itself, long after its last span",
    `endSpan("last"); await new Promise((resolve) => setTimeout(resolve, 20));`,
    0,
    /^$/,
  ],
  ["by process.exit() in the tick of the last end", `endSpan("last"); process.exit(7);`, 7, /^$/],
  ["with process.exitCode", `endSpan("last"); process.exitCode = 3;`, 3, /^$/],
  ["by an uncaught error", `endSpan("last"); throw new Error("of the app");`, 1, /of the app/],
  [
    "by an uncaught error in a callback",
    `setImmediate(() => { endSpan("last"); throw new Error("of the app"); });`,
    1,
    /of the app/,
  ],
  [
    "by an unhandled rejection",
    `endSpan("last"); Promise.reject(new Error("of the app"));`,
    1,
    /of the app/,
  ],
  [
    "by a rejection inside an active span",
    `tracer.startActiveSpan("last", async (span) => { span.end(); throw new Error("of the app"); });`,
    1,
    /of the app/,
  ],
  [
    "with spans that end in its own exit handler",
    `process.on("exit", () => endSpan("last")); process.exit(0);`,
    0,
    /^$/,
  ],
  [
    "with spans that end in its beforeExit handler",
    `process.once("beforeExit", () => endSpan("last"));`,
    0,
    /^$/,
  ],
  [
    "by process.exit() in its uncaughtException handler",
    `process.on("uncaughtException", () => { endSpan("last"); process.exit(9); });
     setImmediate(() => { throw new Error("of the app"); });`,
    9,
    /^$/,
  ],
  ["after a flush that nobody awaits", `endSpan("last"); void tracing.flush();`, 0, /^$/],
  ["after a shutdown that nobody awaits", `endSpan("last"); void tracing.shutdown();`, 0, /^$/],
  [
    "by process.exit() in the middle of a shutdown",
    `endSpan("last"); void tracing.shutdown(); process.exit(0);`,
    0,
    /^$/,
  ],
];
for (const [how, body, code, stderr] of ends) {
  test(`the spans of a process that ends ${how} arrive`, async () => {
    await using collector = await startCollector();
    const ended = await runTraced(`endSpan("first"); ${body}`, collector.url);
    assert.equal(ended.code, code, ended.stderr);
    assert.equal(ended.signal, null);
    assert.match(ended.stderr, stderr);
    assert.deepEqual(collector.spans.map((span) => span.name).sort(), ["first", "last"]);
    assert.deepEqual(collector.problems, []);
  });
}

test("spans that end in an exit handler after a slow flush of ours arrive too", async () => {
  await using collector = await startCollector();
  collector.respond({ status: 200, delayMs: 30 });
  const body = `endSpan("first"); process.on("exit", () => endSpan("last")); process.exit(0);`;
  assert.equal((await runTraced(body, collector.url)).code, 0);
  assert.deepEqual(collector.spans.map((span) => span.name).sort(), ["first", "last"]);
});

test("ten thousand spans that end in the last tick all arrive", async () => {
  await using collector = await startCollector();
  const body = `for (let n = 0; n < 10_000; n += 1) endSpan("span", { n }); process.exit(0);`;
  assert.equal((await runTraced(body, collector.url)).code, 0);
  const numbers = new Set(collector.spans.map((span) => span.attributes["n"]));
  assert.equal(numbers.size, 10_000);
  assert.equal(collector.spans.length, 10_000);
});

test("a process that only calls setup() ends at once", async () => {
  await using collector = await startCollector();
  const ended = await runTraced("ending();", collector.url);
  assert.deepEqual([ended.code, ended.stderr, ended.timedOut], [0, "", false]);
  assert.ok(ended.exitDelayMs < PROCESS_SLACK_MS, `${ended.exitDelayMs} ms`);
  assert.equal(collector.requests.length, 0);
});

test("a process whose spans are delivered ends at once", async () => {
  await using collector = await startCollector();
  const ended = await runTraced(`endSpan("s"); await tracing.flush(); ending();`, collector.url);
  assert.ok(ended.exitDelayMs < PROCESS_SLACK_MS, `${ended.exitDelayMs} ms`);
  assert.equal(collector.spans.length, 1);
});

test("a process with open spans ends at once", async () => {
  await using collector = await startCollector();
  const body = `globalThis.open = tracer.startSpan("open"); endSpan("s"); ending();`;
  const ended = await runTraced(body, collector.url);
  assert.ok(ended.exitDelayMs < PROCESS_SLACK_MS, `${ended.exitDelayMs} ms`);
  assert.deepEqual(collector.spans.map((span) => span.name).sort(), ["open", "s"]);
});

test("a process that works on for a while sends its spans meanwhile", async () => {
  await using collector = await startCollector();
  const program = `
    import { setup } from "catalyst-tracing";
    const { tracer } = await setup({ endpoint: ${JSON.stringify(collector.url)}, scheduleDelayMs: 10 });
    tracer.startSpan("early").end();
    process.stdin.resume();`;
  const running = await startProgram(program, { input: "" });
  await collector.waitForSpans(1);
  running.kill();
  await running.done;
});

test("a program that was required and not imported has the same end", async () => {
  await using collector = await startCollector();
  const program = `
    const { setup } = require("catalyst-tracing");
    setup({ endpoint: ${JSON.stringify(collector.url)} }).then(({ tracer }) => {
      tracer.startSpan("required").end();
    });`;
  const { code, stderr } = await runProgram(program, { format: "commonjs" });
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(collector.spans[0]?.name, "required");
});

test("the app's own exit handlers run, and see the code that they would have seen", async () => {
  await using collector = await startCollector();
  const ended = await runTraced(
    `process.on("exit", (code) => process.stdout.write(\`exit \${code}\`)); endSpan("s"); process.exit(4);`,
    collector.url,
  );
  assert.deepEqual([ended.code, ended.stdout], [4, "exit 4"]);
  assert.equal(collector.spans.length, 1);
});
