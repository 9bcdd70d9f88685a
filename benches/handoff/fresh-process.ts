/** Runs one of this benchmark's jobs in a new Node process. */
import { join } from "node:path";

import { runInFreshProcess as run } from "../support/fresh-process.js";
import type { OwnProcessor } from "../support/processors.js";
import type { Job, Mode, Results } from "./child.js";

const CHILD = join(import.meta.dirname, "child.js");

export async function runInFreshProcess<M extends Mode>(
  job: Job & { mode: M },
  processor?: OwnProcessor,
): Promise<Results[M]> {
  const name = `${job.contender}, ${job.size}, ${job.mode}`;
  return (await run(CHILD, job, name, processor)) as Results[M];
}
