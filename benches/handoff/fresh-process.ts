/**
 * Runs a job in a new Node process with an environment that configures no contender behind the
 * benchmark's back.
 */
import { fork } from "node:child_process";
import { join } from "node:path";

import type { Job, Mode, Results } from "./child.js";

const CHILD = join(import.meta.dirname, "child.js");

/** Far longer than the slowest run; a process that lasts so long will not end by itself. */
const GIVE_UP_AFTER_MS = 300_000;

/** Variables that the contenders read, and proxies, which have no part in talking to 127.0.0.1. */
const NOT_INHERITED =
  /^(OTEL_|OTLP_|CATALYST_|INFERENCE_|OPENINFERENCE_|SERVICE_|NODE_OPTIONS$|(HTTPS?|ALL|NO)_PROXY$)/i;

/** What a contender that is set up through its own options alone would otherwise drop. */
const RAISED_LIMITS = {
  OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "10000",
  OTEL_BSP_MAX_QUEUE_SIZE: "1000000",
};

export function cleanEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name));
  return { ...Object.fromEntries(inherited), ...RAISED_LIMITS };
}

export function runInFreshProcess<M extends Mode>(job: Job & { mode: M }): Promise<Results[M]> {
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, [JSON.stringify(job)], {
      env: cleanEnvironment(),
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const deadline = setTimeout(() => child.kill("SIGKILL"), GIVE_UP_AFTER_MS);
    let result: Results[M] | undefined;
    child.on("message", (message) => {
      result = message as unknown as Results[M];
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      clearTimeout(deadline);
      if (code === 0 && result !== undefined) resolve(result);
      else {
        const run = `${job.contender}, ${job.size}, ${job.mode}`;
        reject(new Error(`The run (${run}) ended with ${signal ?? `exit code ${code}`}.`));
      }
    });
  });
}
