/**
 * The viewer's commands: run by the `catalyst` program that is next to the addon. It has this
 * terminal, gets every signal that this process gets, and its end is this process's end.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { platform, platformNames } from "../platform.js";

export const VIEWER_COMMANDS: readonly string[] = [
  "dev",
  "trace",
  "span",
  "tail",
  "stats",
  "export",
  "import",
];

const PACKAGE_FOLDER = fileURLToPath(new URL("../../", import.meta.url));
const EXTENSION = process.platform === "win32" ? ".exe" : "";
const EXIT_FAILURE = 1;
/** As shells do it. */
const EXIT_SIGNAL = 128;

/** A terminal sends these to both processes, a supervisor to this one alone. */
const PASSED_ON = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function isViewerCommand(command: string | undefined): boolean {
  return command !== undefined && VIEWER_COMMANDS.includes(command);
}

/** Resolves to the exit code. */
export async function runViewer(args: readonly string[]): Promise<number> {
  const program = findProgram();
  if (program === undefined) {
    const script = join(PACKAGE_FOLDER, "scripts", "build-viewer.mjs");
    process.stderr.write(
      `catalyst-tracing: there is no viewer for ${platform()}. ` +
        `Build it from source with a Rust toolchain: node ${script}\n`,
    );
    return EXIT_FAILURE;
  }
  return await new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "inherit" });
    for (const signal of PASSED_ON) process.on(signal, () => void child.kill(signal));
    child.once("error", (error) => {
      process.stderr.write(`catalyst-tracing: ${program} cannot be run: ${error.message}\n`);
      resolve(EXIT_FAILURE);
    });
    child.once("exit", (code, signal) => {
      resolve(code ?? EXIT_SIGNAL + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/** In this package where it was built from source, else in the one for this platform. */
function findProgram(): string | undefined {
  const require = createRequire(import.meta.url);
  const candidates = platformNames().flatMap((name) => {
    const built = join(PACKAGE_FOLDER, `catalyst.${name}${EXTENSION}`);
    try {
      const prebuilt = require.resolve(`catalyst-tracing-${name}/package.json`);
      return [built, join(dirname(prebuilt), `catalyst${EXTENSION}`)];
    } catch {
      return [built];
    }
  });
  return candidates.find((file) => existsSync(file));
}
