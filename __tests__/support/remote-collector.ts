// Starts `collector-process.ts` and speaks with it: for the benches and the demo.

import { fileURLToPath } from "node:url";

import type { CollectorStats } from "./collector.js";
import type { DecodedSpan } from "./otlp.js";
import { startServerProgram } from "./server-program.js";
import { parseSpans } from "./span-json.js";

export interface RemoteCollector extends AsyncDisposable {
  readonly url: string;
  stats(): Promise<CollectorStats>;
  /** Empty when it only counts. */
  spans(): Promise<DecodedSpan[]>;
  reset(): Promise<void>;
  /** From now on each request takes half a second; or no longer does. For one that only counts. */
  slow(isSlow: boolean): Promise<void>;
  close(): Promise<void>;
}

export async function startCollectorProcess(
  options: { countOnly?: boolean; ids?: boolean } = {},
): Promise<RemoteCollector> {
  const program = fileURLToPath(new URL("collector-process.js", import.meta.url));
  const flags = [options.countOnly && "--count", options.ids && "--ids"].filter(
    (flag) => typeof flag === "string",
  );
  const { url, close } = await startServerProgram(program, flags);
  const call = async (path: string, method = "GET"): Promise<string> => {
    const response = await fetch(`${url}${path}`, { method });
    if (!response.ok) throw new Error(`the collector answered ${path} with ${response.status}`);
    return await response.text();
  };
  return {
    url,
    stats: async () => JSON.parse(await call("/__stats")) as CollectorStats,
    spans: async () => parseSpans(await call("/__spans")),
    reset: async () => void (await call("/__reset", "POST")),
    slow: async (isSlow) => void (await call(isSlow ? "/__slow" : "/__fast", "POST")),
    close,
    [Symbol.asyncDispose]: close,
  };
}
