// What must not grow: threads, file descriptors and memory over many setups, and memory over spans
// that are never ended. Each in a process of its own, which counts itself.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";

import { startCollector } from "../support/collector.js";
import { runProgram } from "../support/subprocess.js";

const procSkip = existsSync("/proc/self/task") ? false : "there is no /proc here to count in";

async function measured<T>(program: string, endpoint: string): Promise<T> {
  const { code, stdout, stderr } = await runProgram(program, {
    runtimeArgs: ["--expose-gc"],
    env: { CATALYST_OTLP_ENDPOINT: endpoint },
  });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as T;
}

interface Look {
  threads: number;
  descriptors: number;
  rssMiB: number;
  listeners: number;
}

/** An allocator's habits, not ours: it keeps some of what it was given back. */
const RSS_SLACK_MIB = 16;

test(
  "a hundred setups and shutdowns leave no thread, descriptor or memory behind",
  { skip: procSkip },
  async () => {
    await using collector = await startCollector();
    const [first, last] = await measured<[Look, Look]>(
      `
    import { readdirSync } from "node:fs";
    import { setup } from "catalyst-tracing";
    const round = async () => {
      const tracing = await setup();
      tracing.tracer.startSpan("s", { attributes: { text: "x".repeat(10_000) } }).end();
      await tracing.shutdown();
    };
    const look = () => {
      gc();
      return {
        threads: readdirSync("/proc/self/task").length,
        descriptors: readdirSync("/proc/self/fd").length,
        rssMiB: process.memoryUsage.rss() / 2 ** 20,
        listeners: process.listenerCount("exit"),
      };
    };
    for (let count = 0; count < 20; count += 1) await round();
    const first = look();
    for (let count = 0; count < 100; count += 1) await round();
    console.log(JSON.stringify([first, look()]));`,
      collector.url,
    );
    assert.equal(collector.spans.length, 120);
    assert.deepEqual(
      [last.threads, last.descriptors, last.listeners],
      [first.threads, first.descriptors, first.listeners],
    );
    assert.ok(last.rssMiB - first.rssMiB < RSS_SLACK_MIB, `${first.rssMiB} to ${last.rssMiB} MiB`);
  },
);

test(
  "setups that change the collector back and forth leave nothing behind",
  { skip: procSkip },
  async () => {
    await using collector = await startCollector();
    const [first, last] = await measured<[Look, Look]>(
      `
    import { readdirSync } from "node:fs";
    import { setup } from "catalyst-tracing";
    console.warn = () => {};
    const round = async (count) => {
      const tracing = await setup({ serviceName: \`service-\${count % 2}\` });
      tracing.tracer.startSpan("s").end();
      await tracing.flush();
    };
    const look = () => ({
      threads: readdirSync("/proc/self/task").length,
      descriptors: readdirSync("/proc/self/fd").length,
      rssMiB: process.memoryUsage.rss() / 2 ** 20,
    });
    for (let count = 0; count < 20; count += 1) await round(count);
    const first = look();
    for (let count = 0; count < 100; count += 1) await round(count);
    console.log(JSON.stringify([first, look()]));`,
      collector.url,
    );
    assert.equal(collector.spans.length, 120);
    assert.equal(last.threads, first.threads);
    assert.ok(last.descriptors <= first.descriptors + 1, `${last.descriptors} descriptors`);
    assert.ok(last.rssMiB - first.rssMiB < RSS_SLACK_MIB, `${first.rssMiB} to ${last.rssMiB} MiB`);
  },
);

interface Abandoned {
  heapMiB: [before: number, after: number];
  bytesHeld: [before: number, after: number];
  open: number;
  delivered: number;
}

/** `make(n)` starts a span and lets go of it; half of the rounds are there to warm up. */
async function abandoned(make: string): Promise<Abandoned> {
  await using collector = await startCollector();
  const result = await measured<Abandoned>(
    `
    import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
    import { setup } from "catalyst-tracing";
    const tracing = await setup();
    const { tracer } = tracing;
    const make = ${make};
    const tick = () => new Promise((resolve) => setImmediate(resolve));
    const settle = async () => {
      for (let count = 0; count < 5; count += 1) {
        gc();
        await tick();
      }
      await tracing.flush();
      return { heap: process.memoryUsage().heapUsed / 2 ** 20, held: tracing.stats().bytesHeld };
    };
    const round = async () => {
      for (let n = 0; n < 10_000; n += 1) {
        make(n);
        if (n % 1000 === 999) await tick();
      }
      return await settle();
    };
    const before = await round();
    const after = await round();
    tracer.startSpan("witness").end();
    await tracing.flush();
    const { open, delivered } = tracing.stats();
    console.log(JSON.stringify({
      heapMiB: [before.heap, after.heap],
      bytesHeld: [before.held, after.held],
      open,
      delivered,
    }));`,
    collector.url,
  );
  assert.deepEqual(collector.problems, []);
  return result;
}

/** Far below what ten thousand spans take up that are held. */
const HEAP_SLACK_MIB = 2;

const ways: [what: string, make: string][] = [
  [
    "with attributes",
    `(n) => tracer.startSpan("s", { attributes: { n, text: "x".repeat(1000) + n } })`,
  ],
  [
    "with events and links",
    `(n) => tracer.startSpan("s").addEvent("e", { n }).addLink({ context: tracer.startSpan("l").spanContext() })`,
  ],
  [
    "with attributes that are objects",
    `(n) => tracer.startSpan("s").setAttribute("o", { text: "x".repeat(1000) + n })`,
  ],
  [
    "with a captured request",
    `(n) => tracer.startSpan("s").capture("openai.chat.request", { model: "m", messages: [{ role: "user", content: "x".repeat(1000) + n }] })`,
  ],
  [
    "as parents of others",
    `(n) => tracer.startSpan("c", {}, trace.setSpan(ROOT_CONTEXT, tracer.startSpan("s"))).setAttribute("n", n)`,
  ],
  [
    "in a context that is left",
    `(n) => tracer.startActiveSpan("s", (span) => void span.setAttribute("n", n))`,
  ],
];
for (const [what, make] of ways) {
  test(`ten thousand spans ${what} that are never ended leave no memory behind`, async () => {
    const { heapMiB, bytesHeld, open, delivered } = await abandoned(make);
    assert.ok(open >= 20_000, `${open} open`);
    assert.ok(delivered >= 1, "what is ended is delivered beside them");
    const [before, after] = heapMiB;
    assert.ok(after - before < HEAP_SLACK_MIB, `heap: ${before} to ${after} MiB`);
    assert.deepEqual(bytesHeld, [0, 0], "nothing of them is held on the native side");
  });
}
