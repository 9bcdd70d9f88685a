// Programs with worker threads. The program's source is both the main thread's and the workers'.
// Workers say what they have to say through `parentPort`.

import assert from "node:assert/strict";

import type { Collector } from "../support/collector.js";
import { runProgram } from "../support/subprocess.js";

/** Processes and threads start and end well within it, and nobody's timeout does. */
export const MAX_ROUND_MS = 3000;

const PRELUDE = `
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { setup } from "catalyst-tracing";
const start = (data) => new Worker(new URL(import.meta.url), { workerData: data });
const ended = (worker) => new Promise((resolve) => worker.once("exit", resolve));
`;

/** Returns what it prints; it has to end well and silently. */
export async function runWithWorkers(
  main: string,
  worker: string,
  collector: Collector,
): Promise<string> {
  const source = `${PRELUDE}
    if (isMainThread) await main(); else await worker();
    async function main() { ${main} }
    async function worker() { ${worker} }`;
  const { code, signal, stdout, stderr, timedOut } = await runProgram(source, {
    timeoutMs: 30_000,
    env: { CATALYST_OTLP_ENDPOINT: collector.url },
  });
  assert.deepEqual(
    { code, signal, stderr, timedOut },
    { code: 0, signal: null, stderr: "", timedOut: false },
  );
  assert.deepEqual(collector.problems, []);
  return stdout;
}

/** Of the spans that arrived, sorted. */
export function names(collector: Collector): string[] {
  return collector.spans.map((span) => span.name).sort();
}
