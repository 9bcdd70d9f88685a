/** The viewer as a process of its own, as `npx catalyst-tracing dev` starts it, keeping nothing. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { projectRoot } from "../__tests__/support/project.js";

export interface Viewer extends AsyncDisposable {
  readonly url: string;
}

const COMMAND = join(projectRoot, "dist", "cli", "main.js");

/** At `port`, or, where another program has that, at any that is free. */
export async function openViewer(port = 0): Promise<Viewer> {
  const viewer = (await start(port)) ?? (await start(0));
  if (viewer === undefined) throw new Error("The viewer does not start: catalyst-tracing dev");
  return viewer;
}

async function start(port: number): Promise<Viewer | undefined> {
  const args = [COMMAND, "dev", "--memory", "--port", String(port)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  const exited = once(child, "exit");
  const line = once(createInterface({ input: child.stdout }), "line");
  const first = await Promise.race([line.then(([text]) => String(text)), exited.then(() => "")]);
  const url = /http:\/\/localhost:\d+/.exec(first)?.[0];
  if (url === undefined) return undefined;
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
