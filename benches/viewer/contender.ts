/** What is measured of a viewer: a process that takes spans over HTTP and answers questions. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

export interface Contender {
  readonly name: string;
  readonly url: string;
  /** The program and its arguments, with a folder of its own for what it keeps. */
  command(folder: string): { file: string; args: string[]; env: Record<string, string> };
  /** How many spans can be found. Fails as long as it does not answer. */
  countSpans(): Promise<number>;
  /** Whether the trace shows in the list. */
  shows(name: string): Promise<boolean>;
  /** The 30 newest traces; those of them that have the word. */
  list(): Promise<unknown>;
  search(word: string): Promise<unknown>;
}

const START_MS = 120_000;
const ASK_AGAIN_MS = 5;

export class Running {
  constructor(
    readonly child: ChildProcess,
    readonly startMs: number,
  ) {}

  /** MiB; of a Linux process. */
  memory(): { now: number; peak: number } {
    const status = readFileSync(`/proc/${this.child.pid ?? 0}/status`, "utf8");
    const mib = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
    return { now: mib("VmRSS"), peak: mib("VmHWM") };
  }

  async end(): Promise<void> {
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await ended;
  }
}

export async function start(contender: Contender, folder: string): Promise<Running> {
  const { file, args, env } = contender.command(folder);
  const begin = performance.now();
  const child = spawn(file, args, {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, ...env },
    stdio: "ignore",
  });
  await until(async () => (await contender.countSpans()) >= 0, START_MS);
  return new Running(child, performance.now() - begin);
}

/** Asks until it is so, or fails for longer than it may. */
export async function until(isSo: () => Promise<boolean>, maxMs: number): Promise<void> {
  const deadline = performance.now() + maxMs;
  for (;;) {
    const answer = await isSo().catch((error: unknown) => error);
    if (answer === true) return;
    if (performance.now() > deadline) throw new Error("It took too long.", { cause: answer });
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}

export async function ask(url: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return await response.json();
}
