/**
 * Runs a job in a new Node process with an environment that configures no contender, and no SDK,
 * behind the benchmark's back.
 */
import { fork } from "node:child_process";
import type { Serializable } from "node:child_process";

import type { OwnProcessor } from "./processors.js";

/** Far longer than the slowest run; a process that lasts so long will not end by itself. */
const GIVE_UP_AFTER_MS = 1_200_000;

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

export interface FreshProcess {
  /** The next that it says; rejected when it ends without having said it. */
  message(): Promise<unknown>;
  send(what: Serializable): void;
  /** Where it still runs. */
  kill(): void;
  /** Rejected when it fails. */
  ended: Promise<void>;
}

/** `program` is a compiled module that gets its job as its only argument. */
export function startFreshProcess(
  program: string,
  job: object,
  name: string,
  processor?: OwnProcessor,
): FreshProcess {
  const child = fork(program, [JSON.stringify(job)], {
    ...processor,
    env: cleanEnvironment(),
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const deadline = setTimeout(() => child.kill("SIGKILL"), GIVE_UP_AFTER_MS);
  const messages: unknown[] = [];
  const waiting: ((message: unknown) => void)[] = [];
  child.on("message", (message) => {
    const next = waiting.shift();
    if (next === undefined) messages.push(message);
    else next(message);
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      clearTimeout(deadline);
      if (code === 0) resolve();
      else reject(new Error(`The run (${name}) ended with ${signal ?? `exit code ${code}`}.`));
    });
  });
  const said = ended.then(() => {
    throw new Error(`The run (${name}) ended without its result.`);
  });
  said.catch(() => undefined);
  const message = (): Promise<unknown> =>
    messages.length > 0
      ? Promise.resolve(messages.shift())
      : Promise.race([new Promise<unknown>((resolve) => waiting.push(resolve)), said]);
  return {
    message,
    send: (what) => void child.send(what),
    kill: () => void child.kill("SIGKILL"),
    ended,
  };
}

/** One that sends one result and ends. */
export async function runInFreshProcess(
  program: string,
  job: object,
  name: string,
  processor?: OwnProcessor,
): Promise<unknown> {
  const { message, ended } = startFreshProcess(program, job, name, processor);
  const result = await message();
  await ended;
  return result;
}
