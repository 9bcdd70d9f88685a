// A server as a program of its own, seen from both sides: whoever starts it learns its address from
// one line `{"url":…}` of its output, and it ends when the pipe on its standard input closes, so that
// it never outlives the one who started it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fstatSync } from "node:fs";
import { createInterface } from "node:readline";

import { cleanEnvironment } from "./subprocess.js";

export interface ServerProgram {
  readonly url: string;
  close(): Promise<void>;
}

export async function startServerProgram(
  file: string,
  args: readonly string[],
): Promise<ServerProgram> {
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
    env: cleanEnvironment(),
  });
  const exited = once(child, "exit");
  const url = await firstUrl(child.stdout, exited);
  return {
    url,
    close: async () => {
      child.stdin.end();
      await exited;
    },
  };
}

async function firstUrl(
  output: NodeJS.ReadableStream,
  exited: Promise<unknown[]>,
): Promise<string> {
  const line = once(createInterface({ input: output }), "line").then(([text]) => String(text));
  const failure = exited.then(([code]): never => {
    throw new Error(`the server's process ended with code ${String(code)}`);
  });
  const { url } = JSON.parse(await Promise.race([line, failure])) as { url: string };
  failure.catch(() => {}); // Its end later on is expected.
  return url;
}

/** Within the program: tells its address, and calls `stop` when it is to end. */
export function serveParent(url: string, stop: () => void): void {
  process.stdout.write(`${JSON.stringify({ url })}\n`);
  process.once("SIGTERM", () => {
    stop();
    process.stdin.destroy();
  });
  if (stdinIsPipe()) process.stdin.on("end", stop).on("error", stop).resume();
}

/** Under a shell or a service manager standard input is a terminal or /dev/null: not a parent. */
function stdinIsPipe(): boolean {
  const stats = fstatSync(0);
  return stats.isFIFO() || stats.isSocket();
}
