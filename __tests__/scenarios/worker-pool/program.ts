// A main thread that hands tasks to worker threads one after the other, headers included; the
// workers are terminated at the end, as pools do.

// oxlint-disable unicorn/require-post-message-target-origin -- these are worker threads, not windows

import { once } from "node:events";
import { isMainThread, parentPort, Worker } from "node:worker_threads";

import { context, propagation, ROOT_CONTEXT } from "@opentelemetry/api";
import { setup } from "catalyst-tracing";

interface Task {
  number: number;
  headers: Record<string, string>;
}

const { tracer } = await setup();

if (isMainThread) {
  const workers = [1, 2].map(() => new Worker(new URL(import.meta.url)));
  await Promise.all(workers.map((worker) => once(worker, "message")));
  await tracer.startActiveSpan("all tasks", async (span) => {
    for (let number = 1; number <= 4; number += 1) {
      const worker = workers[number % workers.length];
      const headers: Record<string, string> = {};
      propagation.inject(context.active(), headers);
      worker?.postMessage({ number, headers } satisfies Task);
      if (worker !== undefined) await once(worker, "message");
    }
    span.end();
  });
  await Promise.all(workers.map((worker) => worker.terminate()));
} else {
  parentPort?.on("message", ({ number, headers }: Task) => {
    const parent = propagation.extract(ROOT_CONTEXT, headers);
    tracer.startActiveSpan(`task ${number}`, {}, parent, (span) => {
      tracer.startSpan("compute").end();
      span.end();
    });
    parentPort?.postMessage("done");
  });
  parentPort?.postMessage("ready");
}
