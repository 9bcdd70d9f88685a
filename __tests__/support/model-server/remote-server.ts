// Starts `server-process.ts` and speaks with it: for the benches and the demo.

import { fileURLToPath } from "node:url";

import { startServerProgram } from "../server-program.js";
import type { ModelRequest } from "./request.js";

export interface RemoteModelServer extends AsyncDisposable {
  /** What a client takes as its base URL. */
  readonly url: string;
  stats(): Promise<{ requests: number; problems: string[] }>;
  /** Empty unless they are kept. */
  requests(): Promise<Omit<ModelRequest, "raw" | "query">[]>;
  reset(): Promise<void>;
  close(): Promise<void>;
}

export interface RemoteModelServerOptions {
  /** A compiled module whose default export is the script. */
  script?: URL;
  keepRequests?: boolean;
}

export async function startModelServerProcess(
  options: RemoteModelServerOptions = {},
): Promise<RemoteModelServer> {
  const program = fileURLToPath(new URL("server-process.js", import.meta.url));
  const { url, close } = await startServerProgram(program, [
    ...(options.script === undefined ? [] : ["--script", options.script.href]),
    ...(options.keepRequests === true ? ["--keep"] : []),
  ]);
  const { origin } = new URL(url);
  const call = async (path: string, method = "GET"): Promise<unknown> => {
    const response = await fetch(`${origin}${path}`, { method });
    if (!response.ok) throw new Error(`the model server answered ${path} with ${response.status}`);
    return await response.json();
  };
  return {
    url,
    stats: async () => (await call("/__stats")) as { requests: number; problems: string[] },
    requests: async () => (await call("/__requests")) as Omit<ModelRequest, "raw" | "query">[],
    reset: async () => void (await call("/__reset", "POST")),
    close,
    [Symbol.asyncDispose]: close,
  };
}
