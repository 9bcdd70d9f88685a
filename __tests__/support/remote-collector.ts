// Starts `collector-process.ts` and speaks with it: for the benches and the demo.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import type { CollectorStats } from "./collector.js";
import type { DecodedSpan } from "./otlp.js";
import { parseSpans } from "./span-json.js";
import { cleanEnvironment } from "./subprocess.js";

export interface RemoteCollector extends AsyncDisposable {
  readonly url: string;
  stats(): Promise<CollectorStats>;
  /** Empty when it only counts. */
  spans(): Promise<DecodedSpan[]>;
  reset(): Promise<void>;
  close(): Promise<void>;
}

export async function startCollectorProcess(
  options: { countOnly?: boolean; ids?: boolean } = {},
): Promise<RemoteCollector> {
  const program = fileURLToPath(new URL("collector-process.js", import.meta.url));
  const flags = [options.countOnly && "--count", options.ids && "--ids"].filter(
    (flag) => typeof flag === "string",
  );
  const child = spawn(process.execPath, [program, ...flags], {
    stdio: ["pipe", "pipe", "inherit"],
    env: cleanEnvironment(),
  });
  const exited = once(child, "exit");
  const url = await firstUrl(child.stdout, exited);
  const call = async (path: string, method = "GET"): Promise<string> => {
    const response = await fetch(`${url}${path}`, { method });
    if (!response.ok) throw new Error(`the collector answered ${path} with ${response.status}`);
    return await response.text();
  };
  const close = async (): Promise<void> => {
    child.stdin.end();
    await exited;
  };
  return {
    url,
    stats: async () => JSON.parse(await call("/__stats")) as CollectorStats,
    spans: async () => parseSpans(await call("/__spans")),
    reset: async () => void (await call("/__reset", "POST")),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function firstUrl(
  output: NodeJS.ReadableStream,
  exited: Promise<unknown[]>,
): Promise<string> {
  const line = once(createInterface({ input: output }), "line").then(([text]) => String(text));
  const failure = exited.then(([code]): never => {
    throw new Error(`the collector process ended with code ${String(code)}`);
  });
  const { url } = JSON.parse(await Promise.race([line, failure])) as { url: string };
  failure.catch(() => {}); // Its end later on is expected.
  return url;
}
