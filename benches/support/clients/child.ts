/**
 * The process that is measured: one tracer, one workload, one run. It sends its result and ends by
 * itself.
 */
import { type CpuReading, cpuPerSpan, readCpu } from "../measure.js";
import { type Job, OPERATIONS_PER_FLUSH, type Result } from "./job.js";
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
  const run = async (operations: number): Promise<CpuReading[]> => {
    const parts: CpuReading[] = [];
    for (let done = 0; done < operations; done += OPERATIONS_PER_FLUSH) {
      const count = Math.min(OPERATIONS_PER_FLUSH, operations - done);
      const before = readCpu();
      await allOf(count, operation);
      await tracer.flush();
      parts.push(cpuPerSpan(before, readCpu(), count));
    }
    return parts;
  };
  await run(job.warmUp);
  const result: Result = await run(job.operations);
  await tracer.stop();
  process.send?.(result, () => process.disconnect());
}
