// Runs a program as an application would be run: its own process, an environment without this
// one's settings, a bound on its time, and no process of it left behind.

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import { findBun, findDeno } from "./node-versions.js";
import { projectRoot } from "./project.js";
import { Watchers } from "./watchers.js";

export interface ProgramOptions {
  args?: readonly string[];
  /** For the runtime itself, before the program: `--import`, `--expose-gc`. */
  runtimeArgs?: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
  runtime?: "node" | "bun" | "deno";
  /** The Node to run on; this process's own by default. */
  node?: string;
  timeoutMs?: number;
  /** Everything the program gets to read; without it standard input is empty. */
  input?: string | Uint8Array;
  cwd?: string;
  /** Sends a signal to the program once its output holds the text, or the promise resolves. */
  kill?: { signal: NodeJS.Signals; when: string | RegExp | Promise<unknown> };
  /** For a source given inline; ES modules by default. */
  format?: "module" | "commonjs";
}

export interface ProgramResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  durationMs: number;
  /** It was killed, with all its children, because its time was up. */
  timedOut: boolean;
}

export interface RunningProgram {
  readonly process: ChildProcess;
  readonly done: Promise<ProgramResult>;
  /** Kills it and all its children, as it happens when its time is up. */
  kill(): void;
  /** Resolves once standard output holds the text; rejects when the program ends without it. */
  waitForOutput(expected: string | RegExp): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const IS_WINDOWS = process.platform === "win32";

/** What a program needs to find its files, and nothing that configures what it does. */
const KEPT_VARIABLES = new Set(
  ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "TMP"].concat(
    IS_WINDOWS
      ? ["SYSTEMROOT", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA"]
      : [],
  ),
);

const alive = new Set<ChildProcess>();
process.once("exit", () => alive.forEach(killTree));

/** `program` is one line that ends like a script's file name, or source code. */
export async function runProgram(
  program: string,
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  return await (
    await startProgram(program, options)
  ).done;
}

export async function startProgram(
  program: string,
  options: ProgramOptions = {},
): Promise<RunningProgram> {
  if (/^.+\.[cm]?[jt]s$/.test(program)) return launch(program, options, async () => {});
  const { file, folder } = await writeSource(program, options.format ?? "module");
  return launch(file, options, async () => await rm(folder, { recursive: true, force: true }));
}

export function cleanEnvironment(
  additions: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => {
    return KEPT_VARIABLES.has(IS_WINDOWS ? name.toUpperCase() : name);
  });
  const all = [...kept, ...Object.entries(additions)];
  return Object.fromEntries(all.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** Inside the project, so that the package can be imported by its own name. */
async function writeSource(
  source: string,
  format: "module" | "commonjs",
): Promise<{ file: string; folder: string }> {
  const programs = join(projectRoot, ".build", "programs");
  await mkdir(programs, { recursive: true });
  const folder = await mkdtemp(join(programs, "inline-"));
  const file = join(folder, format === "module" ? "program.mjs" : "program.cjs");
  await writeFile(file, source);
  return { file, folder };
}

function launch(
  file: string,
  options: ProgramOptions,
  cleanUp: () => Promise<void>,
): RunningProgram {
  const { runtimeArgs = [], args = [], cwd = projectRoot, env } = options;
  const [command, before] = runtimeCommand(options);
  const startedAt = performance.now();
  const child = spawn(command, [...before, ...runtimeArgs, file, ...args], {
    cwd,
    env: cleanEnvironment(env),
    stdio: ["pipe", "pipe", "pipe"],
    detached: !IS_WINDOWS, // A process group of its own, which can be killed as a whole.
  });
  const output = { stdout: "", stderr: "" };
  const watchers = new Watchers();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      output[name] += chunk;
      watchers.notify();
    });
  }
  child.stdin.on("error", () => {}); // It may end without reading what it was given.
  child.stdin.end(options.input ?? "");

  let ended = false;
  let timedOut = false;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const kill = (): void => {
    if (ended) return;
    killTree(child);
    // A descendant that left the group must not keep the result waiting.
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
  };
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, timeoutMs);
  alive.add(child);

  const exited = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve([code, signal]));
  });
  const done = exited
    .then(([code, signal]): ProgramResult => {
      return { code, signal, ...output, durationMs: performance.now() - startedAt, timedOut };
    })
    // oxlint-disable-next-line typescript/no-misused-promises -- `finally` waits for a promise, whatever its type says
    .finally(async () => {
      ended = true;
      clearTimeout(timer);
      alive.delete(child);
      watchers.notify();
      await cleanUp();
    });
  done.catch(() => {}); // Whoever awaits it hears of it.

  const waitForOutput = async (expected: string | RegExp): Promise<void> => {
    const found = await watchers.wait(
      () => (contains(output.stdout, expected) ? "found" : ended ? "ended" : undefined),
      timeoutMs,
      () => `the program has not printed ${String(expected)}; ${describe(output)}`,
    );
    if (found === "ended") {
      throw new Error(
        `the program ended and never printed ${String(expected)}; ${describe(output)}`,
      );
    }
  };
  if (options.kill !== undefined) killWhen(child, options.kill, waitForOutput);
  return { process: child, done, kill, waitForOutput };
}

function killWhen(
  child: ChildProcess,
  { signal, when }: NonNullable<ProgramOptions["kill"]>,
  waitForOutput: (expected: string | RegExp) => Promise<void>,
): void {
  const due = when instanceof Promise ? when : waitForOutput(when);
  due.then(
    () => child.kill(signal),
    () => {}, // The program's result shows that it ended by itself, or that its time was up.
  );
}

function runtimeCommand({ runtime = "node", node }: ProgramOptions): [string, string[]] {
  if (runtime === "node") return [node ?? process.execPath, []];
  const found = runtime === "bun" ? findBun() : findDeno();
  if ("skipped" in found) throw new Error(found.skipped);
  return [found.path, runtime === "bun" ? ["run"] : ["run", "--allow-all", "--quiet"]];
}

function killTree({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  if (IS_WINDOWS) {
    spawnSync("taskkill", ["/T", "/F", "/PID", String(pid)]);
    return;
  }
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of them are gone already.
  }
}

function contains(text: string, expected: string | RegExp): boolean {
  return typeof expected === "string" ? text.includes(expected) : expected.test(text);
}

function describe({ stdout, stderr }: { stdout: string; stderr: string }): string {
  return `stdout: ${JSON.stringify(stdout)}, stderr: ${JSON.stringify(stderr)}`;
}
