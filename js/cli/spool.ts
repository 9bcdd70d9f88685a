/**
 * `catalyst-tracing spool`: what operators do with a directory of spans that wait.
 */
import { resolve } from "node:path";

import { type Native } from "../native.js";
import { clearSpool } from "./spool/clear.js";
import { drainSpool } from "./spool/drain.js";
import { spoolStatus } from "./spool/status.js";

/** What is printed, and what the process exits with. */
export interface Said {
  readonly text: string;
  readonly code: number;
}

export interface SpoolArguments {
  readonly dir?: string;
  readonly endpoint?: string;
  readonly all?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** What the commands get: the directory is absolute. */
export interface SpoolCall extends SpoolArguments {
  readonly dir: string;
  readonly native: Native;
  readonly env: NodeJS.ProcessEnv;
}

export const SPOOL_COMMANDS = ["status", "drain", "clear"];

/** The outcome, or what was wrong with the call. */
export async function runSpool(
  command: string,
  given: SpoolArguments,
  native: Native,
  env: NodeJS.ProcessEnv,
): Promise<Said | string> {
  const dir = given.dir ?? env["CATALYST_SPOOL_DIR"];
  if (!dir) return "there is no directory: give --dir, or set CATALYST_SPOOL_DIR.";
  const call = { ...given, dir: resolve(dir), native, env };
  if (command === "status") return spoolStatus(call);
  if (command === "drain") return await drainSpool(call);
  return await clearSpool(call);
}
