/** A process that is measured: one tracer, one workload, from the first order to the last. */
import { on } from "node:events";

import { cpuPerSpan, readCpu } from "../measure.js";
import { type Job, type Order, READY, STOP } from "./job.js";
import type { Sdks } from "./tracer.js";
import { TRACERS } from "./tracers.js";

/** Does the workload once. */
export type Operation = (index: number) => Promise<void>;

/** So many operations are under way at any time, as in a server. */
const CONCURRENCY = 8;

async function allOf(count: number, operation: Operation): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await operation(next++);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

/**
 * `start` is called when the SDKs are traced: it makes the client, as a program that was told to set
 * up its tracing first would.
 */
export async function runChild(sdks: Sdks, start: (job: Job) => Operation): Promise<void> {
  const job = JSON.parse(process.argv[2] ?? "{}") as Job;
  const tracer = await TRACERS.get(job.tracer)?.();
  if (tracer === undefined) throw new Error(`There is no tracer "${job.tracer}".`);
  await tracer.start(job.endpoint, sdks);
  const operation = start(job);
  const orders = on(process, "message") as AsyncIterable<[Order]>;
  process.send?.(READY);
  for await (const [order] of orders) {
    if (order === STOP) break;
    const before = readCpu();
    await allOf(order, operation);
    await tracer.flush();
    process.send?.(cpuPerSpan(before, readCpu(), order));
  }
  await tracer.stop();
  process.disconnect();
}
