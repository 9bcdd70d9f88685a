/**
 * One contender, one size, one run, in a process that does nothing else: started by
 * `fresh-process.ts` with its job as the only argument, it sends one result and ends by itself.
 */
import { CONTENDERS } from "./contenders/index.js";
import type { Size } from "./payloads.js";
import { hotRun, onceRun, pacedRun, recorder } from "./runs.js";
import type { HotResult, PacedResult, RunSize } from "./runs.js";

export type Mode = "hot" | "paced" | "once";

export interface Job {
  contender: string;
  mode: Mode;
  size: Size;
  run: RunSize;
  endpoint: string;
}

export interface Results {
  hot: HotResult;
  paced: PacedResult;
  once: null;
}

async function main(job: Job): Promise<void> {
  const contender = await CONTENDERS.get(job.contender)?.load();
  if (contender === undefined) throw new Error(`There is no contender "${job.contender}".`);
  const record = recorder(contender, job.size);
  await contender.start(job.endpoint);
  let result: Results[Mode] = null;
  if (job.mode === "hot") result = await hotRun(contender, record, job.run, job.size);
  else if (job.mode === "paced") result = await pacedRun(contender, record, job.run);
  else await onceRun(contender, record);
  await contender.stop();
  process.send?.(result, () => process.disconnect());
}

await main(JSON.parse(process.argv[2] ?? "{}") as Job);
