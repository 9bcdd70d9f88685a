/**
 * Where the project is, and how the scripts run programs in it and speak. Everything in `scripts/`
 * uses Node's own modules only, because it has to work before anything is installed.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Only npm itself is a script that Windows cannot start without a shell. */
const SHELL_FOR_NPM = process.platform === "win32";

/** Something that the person at the keyboard has to mend; shown without a stack. */
export class Failure extends Error {}

/** @param {...string} parts */
export function inProject(...parts) {
  return join(ROOT, ...parts);
}

/**
 * Progress goes to stderr, so that a script's result stays alone on stdout.
 * @param {string} progress
 */
export function say(progress) {
  process.stderr.write(`» ${progress}\n`);
}

/**
 * @typedef {object} RunOptions
 * @property {NodeJS.ProcessEnv} [env] in addition to the environment
 * @property {string} [cwd]
 * @property {"inherit" | "ignore"} [stdin] nothing to read, unless a person is to be asked
 * @property {"inherit" | "pipe"} [stdout] "pipe" collects it into the result
 * @property {"inherit" | "pipe" | "ignore"} [stderr]
 * @property {(chunk: string) => void} [onStdout] sees collected output as it comes
 * @property {number} [timeoutMs]
 */

/**
 * Runs a program to its end. Rejects only when it cannot be started.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number, signal: NodeJS.Signals | null, stdout: string, stderr: string }>}
 */
export function run(command, args, options = {}) {
  const {
    env,
    cwd = ROOT,
    stdin = "ignore",
    stdout = "inherit",
    stderr = "inherit",
    onStdout,
    timeoutMs,
  } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: [stdin, stdout, stderr],
      shell: command === "npm" && SHELL_FOR_NPM,
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    });
    const output = { stdout: "", stderr: "" };
    child.stdout?.setEncoding("utf8").on("data", (/** @type {string} */ chunk) => {
      output.stdout += chunk;
      onStdout?.(chunk);
    });
    child.stderr?.setEncoding("utf8").on("data", (/** @type {string} */ chunk) => {
      output.stderr += chunk;
    });
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code: code ?? 1, signal, ...output }));
  });
}

/**
 * Runs a program whose failure ends the script; it has said itself what is wrong.
 * @param {string} what
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export async function mustRun(what, command, args, options) {
  const { code } = await run(command, args, options);
  if (code !== 0) throw new Failure(`${what} failed (exit code ${code}).`);
}

/**
 * The command line of an installed npm package's program, run by this very Node: needs no shell and
 * meets no other Node on PATH.
 * @param {string} packageName
 * @param {string} [program]
 * @returns {[command: string, args: string[]]}
 */
export function tool(packageName, program = packageName) {
  const folder = inProject("node_modules", packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return [process.execPath, [join(folder, typeof bin === "string" ? bin : bin[program])]];
}

/** @param {number} startedAt as `performance.now()` gave it */
export function secondsSince(startedAt) {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}

/**
 * Runs a script's main function: a `Failure` becomes its sentence and exit code 1.
 * @param {() => Promise<void>} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
