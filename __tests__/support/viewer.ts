// The real viewer, started as a user starts it, for tests that look at it from outside.

import { join } from "node:path";

import { send, type Reply } from "./http-client.js";
import { projectRoot } from "./project.js";
import { startProgram, type ProgramResult, type RunningProgram } from "./subprocess.js";

/** As JSON has it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = Record<string, Json>;

export interface Viewer extends AsyncDisposable {
  readonly url: string;
  readonly program: RunningProgram;
  /** What the API answers with 200. */
  get(path: string): Promise<JsonObject>;
  request(path: string, options?: ViewerRequest): Promise<Reply>;
  /** Sends a signal, and resolves with how it ended. */
  end(signal?: NodeJS.Signals): Promise<ProgramResult>;
}

export interface ViewerRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: Uint8Array | string;
}

const ADDRESS = /Traces at (http:\S+\d)/;
const COMMAND = join(projectRoot, "dist", "cli", "main.js");

/** In memory and at a free port, unless `args` say otherwise. */
export async function startViewer(
  args: readonly string[] = ["--memory"],
  options: { cwd?: string } = {},
): Promise<Viewer> {
  const all = ["dev", ...(args.includes("--port") ? [] : ["--port", "0"]), ...args];
  const program = await startProgram(COMMAND, { ...options, args: all, timeoutMs: 60_000 });
  let output = "";
  program.process.stdout?.on("data", (chunk: string) => (output += chunk));
  await program.waitForOutput(ADDRESS);
  const url = ADDRESS.exec(output)?.[1] ?? "";

  const request = async (path: string, given: ViewerRequest = {}): Promise<Reply> => {
    const { body, ...rest } = given;
    const bytes = typeof body === "string" ? Buffer.from(body) : body;
    return await send(url + path, { ...rest, ...(bytes !== undefined && { body: bytes }) });
  };
  return {
    url,
    program,
    request,
    get: async (path) => {
      const { status, body } = await request(path);
      if (status !== 200) throw new Error(`${path}: ${status} ${body.toString()}`);
      return JSON.parse(body.toString()) as JsonObject;
    },
    end: async (signal = "SIGINT") => {
      program.process.kill(signal);
      return await program.done;
    },
    [Symbol.asyncDispose]: async () => {
      program.kill();
      await program.done;
    },
  };
}
