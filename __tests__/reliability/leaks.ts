// An app that does one thing for very long, and looks at itself after each part of it.

import assert from "node:assert/strict";

import { startCollectorProcess } from "../support/remote-collector.js";
import { sdk } from "../support/sdks.js";
import { startProgram } from "../support/subprocess.js";

export interface Look {
  readonly rssMiB: number;
  readonly heapMiB: number;
  readonly threads: number;
  readonly descriptors: number;
  readonly bytesHeld: number;
}

export interface LeakReport {
  /** After each part; the first ones are there to warm up. */
  readonly looks: readonly Look[];
  readonly received: number;
  readonly ended: number;
}

/** What is done over and over. */
export const WORKLOADS = {
  "spans that end": `(n) => tracer.startSpan("s", { attributes: { n, text: "x".repeat(100) } }).end()`,
  "spans with values that end": `(n) => tracer.startSpan("s").setAttribute("o", { n, list: [1, 2, 3] }).end()`,
  "spans that are abandoned": `(n) => void tracer.startSpan("s", { attributes: { n, text: "x".repeat(100) } })`,
  "spans with values that are abandoned": `(n) => void tracer.startSpan("s").setAttribute("o", { n, text: "x".repeat(100) })`,
  "spans that are abandoned with an open child": `(n) => {
    const parent = tracer.startSpan("p", { attributes: { n } });
    tracer.startSpan("c", {}, trace.setSpan(ROOT_CONTEXT, parent));
  }`,
  "generators that are abandoned": `(n) => {
    const values = generator(n);
    void values.next();
  }`,
  "model streams that are abandoned": `async (n) => {
    const stream = await client.chat.completions.create({ model: "m", messages: [{ role: "user", content: "x".repeat(100) + n }], stream: true });
    await stream[Symbol.asyncIterator]().next();
  }`,
} as const;

export type Workload = keyof typeof WORKLOADS;

/** What an SDK has a part in takes longer: so many of a hundred are done of it. */
const PERCENT: Partial<Record<Workload, number>> = {
  "model streams that are abandoned": 2,
};

const PARTS = 10;
/** Allocators and compilers take their time to settle. */
export const WARM_UP_PARTS = 4;

/** A model whose streams begin and never end. */
const STREAMING_CLIENT = `
const bytes = new TextEncoder().encode('data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"}}]}\\n\\n');
const fetch = async () => new Response(
  new ReadableStream({ start: (controller) => controller.enqueue(bytes) }),
  { headers: { "content-type": "text/event-stream" } },
);
const client = new OpenAI({ apiKey: "none", fetch });
instrumentOpenAI(OpenAI);
`;

function programFor(workload: Workload, openaiUrl: string): string {
  const usesModel = workload === "model streams that are abandoned";
  return `
import { existsSync, readdirSync } from "node:fs";
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { observe, setup } from "catalyst-tracing";
${usesModel ? `import OpenAI from ${JSON.stringify(openaiUrl)};\nimport { instrumentOpenAI } from "catalyst-tracing/openai";` : ""}
const tracing = await setup({ autoInstrument: false, exitFlushMs: 30_000 });
const { tracer } = tracing;
const generator = observe({ spanName: "generator" }, async function* (n) {
  yield n;
  yield "x".repeat(100);
});
${usesModel ? STREAMING_CLIENT : ""}
const make = ${WORKLOADS[workload]};
const count = (folder) => (existsSync(folder) ? readdirSync(folder).length : 0);
const tick = () => new Promise((resolve) => setImmediate(resolve));
async function look() {
  // A compiler that works beside the program keeps a span for a while that it has met there.
  for (let n = 0; n < 6 || (n < 100 && tracing.stats().bytesHeld > 0); n += 1) {
    gc();
    await tick();
    if (n >= 5) await tracing.flush();
  }
  gc();
  return {
    rssMiB: process.memoryUsage.rss() / 2 ** 20,
    heapMiB: process.memoryUsage().heapUsed / 2 ** 20,
    threads: count("/proc/self/task"),
    descriptors: count("/proc/self/fd"),
    bytesHeld: tracing.stats().bytesHeld,
  };
}
const total = Number(process.env.TEST_COUNT);
const looks = [];
for (let part = 0; part < ${PARTS}; part += 1) {
  for (let n = 0; n < total / ${PARTS}; n += 1) {
    await make(n);
    if (n % 100 === 99) await tick();
    // The collector is asked to take all of it, not to be fast.
    if (n % 1000 === 999) while (tracing.stats().bytesHeld > 2 ** 24) await tick();
  }
  looks.push(await look());
}
const { ended } = tracing.stats();
process.stdout.write(JSON.stringify({ looks, ended }));
await tracing.shutdown();
process.exit(0);
`;
}

/** @param scale - how often a span is made; of some workloads less is done */
export async function runLeaks(workload: Workload, scale: number): Promise<LeakReport> {
  const count = (scale * (PERCENT[workload] ?? 100)) / 100;
  await using collector = await startCollectorProcess({ countOnly: true });
  const { done } = await startProgram(programFor(workload, await sdk("openai-6").esmUrl()), {
    runtimeArgs: ["--expose-gc"],
    env: { CATALYST_OTLP_ENDPOINT: collector.url, TEST_COUNT: String(count) },
    timeoutMs: 60_000 + scale,
  });
  const { code, stdout, stderr } = await done;
  assert.equal(code, 0, stderr);
  const { spans, problems } = await collector.stats();
  assert.deepEqual(problems, []);
  return { ...(JSON.parse(stdout) as Omit<LeakReport, "received">), received: spans };
}

export interface Growth {
  readonly rssMiB: number;
  readonly heapMiB: number;
  readonly threads: number;
  readonly descriptors: number;
}

/** From the end of the warming up to the end. */
export function growthOf({ looks }: LeakReport): Growth {
  const first = looks[WARM_UP_PARTS - 1];
  const last = looks.at(-1);
  assert.ok(first !== undefined && last !== undefined);
  return {
    rssMiB: last.rssMiB - first.rssMiB,
    heapMiB: last.heapMiB - first.heapMiB,
    threads: last.threads - first.threads,
    descriptors: last.descriptors - first.descriptors,
  };
}
