/**
 * A process that is measured: one tracer, one workload, from the first order to the last. It sends its
 * result and ends by itself.
 */
import { cpuPerSpan, readCpu } from "../measure.js";
import { type Job, OPERATIONS_PER_FLUSH, type Order, type Result, WARM } from "./job.js";
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

/** `first` is there when any order has come; the last one is to stop. */
function orders(): { first: Promise<void>; hasStopped: () => boolean } {
  let isOver = false;
  const first = new Promise<void>((resolve) => {
    process.on("message", (order: Order) => {
      isOver = order === "stop";
      resolve();
    });
  });
  return { first, hasStopped: () => isOver };
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
  const flushed = async (count: number): Promise<void> => {
    await allOf(count, operation);
    await tracer.flush();
  };
  for (let left = job.warmUp; left > 0; left -= OPERATIONS_PER_FLUSH) {
    await flushed(Math.min(OPERATIONS_PER_FLUSH, left));
  }
  const { first, hasStopped } = orders();
  process.send?.(WARM);
  await first;
  const before = readCpu();
  let operations = 0;
  for (; !hasStopped(); operations += OPERATIONS_PER_FLUSH) await flushed(OPERATIONS_PER_FLUSH);
  const result: Result = { operations, cpu: cpuPerSpan(before, readCpu(), operations) };
  await tracer.stop();
  process.send?.(result, () => process.disconnect());
}
