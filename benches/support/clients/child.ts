/**
 * The process that is measured: one tracer, one workload, one run. It sends its result and ends by
 * itself.
 */
import { cpuPerSpan, readCpu } from "../measure.js";
import type { Job, Result } from "./job.js";
import type { Sdks } from "./tracer.js";
import { TRACERS } from "./tracers.js";

/** Does the workload once. */
export type Operation = (index: number) => Promise<void>;

/** So many operations are under way at any time, as in a server. */
const CONCURRENCY = 8;

/**
 * Everybody is flushed once in so many operations: `@inference/tracing` drops beyond 2048 spans, and
 * an operation can be ten of them.
 */
const OPERATIONS_PER_FLUSH = 200;

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
  const run = async (operations: number): Promise<void> => {
    for (let done = 0; done < operations; done += OPERATIONS_PER_FLUSH) {
      await allOf(Math.min(OPERATIONS_PER_FLUSH, operations - done), operation);
      await tracer.flush();
    }
  };
  await run(job.warmUp);
  const before = readCpu();
  await run(job.operations);
  const result: Result = cpuPerSpan(before, readCpu(), job.operations);
  await tracer.stop();
  process.send?.(result, () => process.disconnect());
}
