/**
 * A processor for what is measured, as in a small container; the servers that a client talks to, and
 * who measures, have the others. So no server's work empties the caches of the main thread, but a
 * tracer's own thread does. On Linux, with `taskset`; elsewhere everybody runs everywhere.
 */
import { spawnSync } from "node:child_process";
import type { ForkOptions } from "node:child_process";
import { readFileSync } from "node:fs";

/** How to fork a process on a processor of its own; undefined where nobody has one. */
export type OwnProcessor = Pick<ForkOptions, "execPath" | "execArgv"> | undefined;

/** Moves this process, and what it forks from now on without the result, off that processor. */
export function giveOwnProcessor(): OwnProcessor {
  const [own, ...others] = allowed();
  if (own === undefined || others.length === 0) return undefined;
  const move = ["--all-tasks", "--pid", "--cpu-list", others.join(","), String(process.pid)];
  if (spawnSync("taskset", move).status !== 0) return undefined;
  return { execPath: "taskset", execArgv: ["--cpu-list", String(own), process.execPath] };
}

/** For a report: in what each run took place. */
export function placeOfRun(hasOwnProcessor: boolean): string {
  return hasOwnProcessor ? "a fresh process on a processor of its own" : "a fresh process";
}

/** The processors that this process may use. */
function allowed(): number[] {
  if (process.platform !== "linux") return [];
  const [, list = ""] =
    /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return list.split(",").flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
