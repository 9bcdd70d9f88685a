/**
 * Runs a job in a new Node process with an environment that configures no contender, and no SDK,
 * behind the benchmark's back.
 */
import { fork } from "node:child_process";

import type { OwnProcessor } from "./processors.js";

/** Far longer than the slowest run; a process that lasts so long will not end by itself. */
const GIVE_UP_AFTER_MS = 300_000;

/** Variables that the contenders read, and proxies, which have no part in talking to 127.0.0.1. */
const NOT_INHERITED =
  /^(OTEL_|OTLP_|CATALYST_|INFERENCE_|OPENINFERENCE_|SERVICE_|OPENAI_|NODE_OPTIONS$|(HTTPS?|ALL|NO)_PROXY$)/i;

/** What a contender that is set up through its own options alone would otherwise drop. */
const RAISED_LIMITS = {
  OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "10000",
  OTEL_BSP_MAX_QUEUE_SIZE: "1000000",
};

export function cleanEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name));
  return { ...Object.fromEntries(inherited), ...RAISED_LIMITS };
}

/** `program` is a compiled module that gets its job as its only argument and sends one result. */
export function runInFreshProcess(
  program: string,
  job: object,
  name: string,
  processor?: OwnProcessor,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = fork(program, [JSON.stringify(job)], {
      ...processor,
      env: cleanEnvironment(),
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const deadline = setTimeout(() => child.kill("SIGKILL"), GIVE_UP_AFTER_MS);
    let result: unknown;
    child.on("message", (message) => {
      result = message;
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      clearTimeout(deadline);
      if (code === 0 && result !== undefined) resolve(result);
      else {
        reject(new Error(`The run (${name}) ended with ${signal ?? `exit code ${code}`}.`));
      }
    });
  });
}
