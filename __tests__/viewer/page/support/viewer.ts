// The `catalyst` program as a user runs it, on a port of its own, keeping nothing.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { projectRoot } from "../../../support/project.js";
import { cleanEnvironment } from "../../../support/subprocess.js";

export interface Viewer extends AsyncDisposable {
  readonly url: string;
  /** Ends it, and starts it again at the same address: its memory is gone. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const NAME = /^catalyst\.[\w-]+(\.exe)?$/;

function program(): string {
  const given = process.env["CATALYST_VIEWER"];
  if (given !== undefined && existsSync(given)) return given;
  const name = readdirSync(projectRoot).find((file) => NAME.test(file));
  if (name === undefined) throw new Error("The viewer is not built: node scripts/build-viewer.mjs");
  return join(projectRoot, name);
}

export async function startViewer(args: readonly string[] = []): Promise<Viewer> {
  let running = await start(0, args);
  const { url } = running;
  const port = Number(new URL(url).port);
  const stop = async (): Promise<void> => await running.stop();
  return {
    url,
    stop,
    restart: async () => {
      await running.stop();
      running = await start(port, args);
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function start(
  port: number,
  args: readonly string[],
): Promise<{ url: string; stop(): Promise<void> }> {
  const child = spawn(program(), ["dev", "--memory", "--port", String(port), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: cleanEnvironment(),
  });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([
    once(lines, "line").then(([line]) => String(line)),
    exited.then(([code]) => `ended with ${String(code)}`),
  ]);
  const found = /http:\/\/localhost:\d+/.exec(first);
  if (found === null) throw new Error(`the viewer said: ${first}`);
  return {
    url: found[0],
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
