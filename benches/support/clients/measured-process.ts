/** One of the processes that are measured, as the benchmark's main process has it. */
import { startFreshProcess } from "../fresh-process.js";
import type { CpuReading } from "../measure.js";
import type { OwnProcessor } from "../processors.js";
import { type Job, type Order, STOP } from "./job.js";

export interface MeasuredProcess {
  /** Does so many operations, and has all of them sent. */
  run(operations: number): Promise<CpuReading>;
  stop(): Promise<void>;
  /** Where nothing is wanted of it any more. */
  kill(): void;
}

/** Resolves when it takes orders. */
export async function startMeasured(
  program: string,
  job: Job,
  processor?: OwnProcessor,
): Promise<MeasuredProcess> {
  const name = `${job.tracer}, ${job.workload}`;
  const { message, send, kill, ended } = startFreshProcess(program, job, name, processor);
  await message();
  const order = (what: Order): void => send(what);
  return {
    run: async (operations) => {
      order(operations);
      return (await message()) as CpuReading;
    },
    stop: async () => {
      order(STOP);
      await ended;
    },
    kill,
  };
}
