/** One of the processes that are measured, as the benchmark's main process has it. */
import { startFreshProcess } from "../fresh-process.js";
import type { OwnProcessor } from "../processors.js";
import type { Job, Order, Result } from "./job.js";

export interface MeasuredProcess {
  /** When it has warmed up. */
  warm: Promise<void>;
  measure(): void;
  /** It ends what it is at, and then itself. */
  stop(): Promise<Result>;
  /** Where nothing is wanted of it any more. */
  kill(): void;
}

export function startMeasured(
  program: string,
  job: Job,
  processor?: OwnProcessor,
): MeasuredProcess {
  const name = `${job.tracer}, ${job.workload}`;
  const { message, send, kill, ended } = startFreshProcess(program, job, name, processor);
  const order = (what: Order): void => send(what);
  return {
    warm: message().then(() => undefined),
    measure: () => order("measure"),
    stop: async () => {
      order("stop");
      const result = (await message()) as Result;
      await ended;
      return result;
    },
    kill,
  };
}
