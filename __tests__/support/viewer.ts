// The `catalyst` program as a user runs it, keeping nothing, for tests, the demo and screenshots.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { platformNames } from "../../js/platform.js";
import { projectRoot } from "./project.js";
import { cleanEnvironment } from "./subprocess.js";

export interface Viewer extends AsyncDisposable {
  readonly url: string;
  /** Ends it, and starts it again at the same address: its memory is gone. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

interface Running {
  url: string;
  stop(): Promise<void>;
}

const EXTENSION = process.platform === "win32" ? ".exe" : "";

/** At `port`, or at any that is free; also when another program has `port`. */
export async function startViewer({ port = 0 } = {}): Promise<Viewer> {
  let running = await start(port);
  if (running === undefined && port !== 0) running = await start(0);
  let last = expectRunning(running);
  const { url } = last;
  const stop = async (): Promise<void> => await last.stop();
  return {
    url,
    stop,
    restart: async () => {
      await last.stop();
      last = expectRunning(await start(Number(new URL(url).port)));
    },
    [Symbol.asyncDispose]: stop,
  };
}

function expectRunning(running: Running | undefined): Running {
  if (running === undefined) throw new Error("the viewer does not start: catalyst dev says why");
  return running;
}

async function start(port: number): Promise<Running | undefined> {
  const child = spawn(program(), ["dev", "--memory", "--port", String(port)], {
    stdio: ["ignore", "pipe", "ignore"],
    env: cleanEnvironment(),
  });
  const exited = once(child, "exit");
  const line = once(createInterface({ input: child.stdout }), "line");
  const first = await Promise.race([line.then(([text]) => String(text)), exited.then(() => "")]);
  const found = /http:\/\/localhost:\d+/.exec(first);
  if (found === null) return undefined;
  return {
    url: found[0],
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

function program(): string {
  const places = platformNames().map((name) => join(projectRoot, `catalyst.${name}${EXTENSION}`));
  const found = places.find((place) => existsSync(place));
  if (found === undefined)
    throw new Error("The viewer is not built: node scripts/build-viewer.mjs");
  return found;
}
