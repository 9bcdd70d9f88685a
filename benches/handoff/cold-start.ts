/**
 * How long a `node -e` takes that imports a library, sets it up and has nothing else to do, from
 * spawn to exit, and the CPU time it says it took.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { performance } from "node:perf_hooks";

import { CONTENDERS } from "./contenders/index.js";
import type { ColdStart } from "./contenders/index.js";
import { cleanEnvironment } from "../support/fresh-process.js";
import { median } from "../support/measure.js";

export interface ColdStartResult {
  wallMs: number;
  cpuMs: number;
}

/** Registered after the library's own exit hooks, so that theirs are counted. */
const SAY_CPU_AT_EXIT = `
  process.on("exit", () => {
    const { user, system } = process.cpuUsage();
    process.stdout.write(String((user + system) / 1000));
  });`;

async function startOnce({ directory, source }: ColdStart): Promise<ColdStartResult> {
  const began = performance.now();
  const child = spawn(
    process.execPath,
    ["--input-type=module", "--eval", source + ";" + SAY_CPU_AT_EXIT],
    { cwd: directory, env: cleanEnvironment(), stdio: ["ignore", "pipe", "inherit"] },
  );
  const exited = once(child, "exit").then(([code]: unknown[]) => ({
    code,
    at: performance.now(),
  }));
  const [said, { code, at }] = await Promise.all([text(child.stdout), exited]);
  if (code !== 0)
    throw new Error(`A cold start in ${directory} ended with exit code ${String(code)}.`);
  return { wallMs: at - began, cpuMs: Number(said) };
}

/** Medians for each contender, their starts interleaved; the first of each only warms the disk cache. */
export async function coldStarts(
  contenders: readonly string[],
  times: number,
): Promise<Map<string, ColdStartResult>> {
  const all = new Map<string, ColdStartResult[]>(contenders.map((name) => [name, []]));
  for (let time = 0; time <= times; time++) {
    for (const [name, results] of all) {
      const entry = CONTENDERS.get(name);
      if (entry === undefined) continue;
      const result = await startOnce(entry.coldStart);
      if (time > 0) results.push(result);
    }
  }
  return new Map(
    [...all].map(([name, results]) => [
      name,
      {
        wallMs: median(results.map((result) => result.wallMs)),
        cpuMs: median(results.map((result) => result.cpuMs)),
      },
    ]),
  );
}
