/**
 * What the builds of Rust programs share: how their files are called on this platform, when they are
 * stale, and how they are put into place. Works in an installed package as well.
 */
import { copyFileSync, existsSync, readdirSync, renameSync, statSync, utimesSync } from "node:fs";

import { Failure, inProject, run } from "./project.mjs";

/** As in the names of the files that `js/` looks for: `linux-x64-gnu`. */
export function platformName() {
  return `${process.platform}-${process.arch}${abi()}`;
}

function abi() {
  if (process.platform === "win32") return "-msvc";
  if (process.platform !== "linux") return "";
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (
    process.report.getReport()
  );
  return header.glibcVersionRuntime === undefined ? "-musl" : "-gnu";
}

/**
 * A file carries the time at which its build began: what changed meanwhile is newer.
 * @param {string} file
 * @param {readonly string[]} sources
 */
export function isNewerThan(file, sources) {
  return existsSync(file) && statSync(file).mtimeMs > Math.max(...sources.map(newestChangeMs));
}

/** @param {string} path */
function newestChangeMs(path) {
  const file = inProject(path);
  if (!existsSync(file)) return 0;
  const inside = statSync(file).isDirectory() ? readdirSync(file) : [];
  /** @type {number} */
  let newest = statSync(file).mtimeMs;
  for (const name of inside) newest = Math.max(newest, newestChangeMs(`${path}/${name}`));
  return newest;
}

/**
 * Renamed into place: a running process may have the old file mapped.
 * @param {string} from
 * @param {string} to
 * @param {Date} startedAt
 */
export function putInPlace(from, to, startedAt) {
  const temporary = `${to}.${process.pid}.tmp`;
  copyFileSync(from, temporary);
  utimesSync(temporary, startedAt, startedAt);
  renameSync(temporary, to);
}

/** @param {string} what has to be compiled */
export async function needCargo(what) {
  const answer = await run("cargo", ["--version"], { stdout: "pipe" }).catch(() => undefined);
  if (answer?.code === 0) return;
  throw new Failure(
    `cargo is not here, and ${what} has to be compiled: install a Rust toolchain ` +
      "(https://rustup.rs, stable), open a new shell so that `cargo` is on PATH, and run this again.",
  );
}

/** The platform that the compiler compiles for: named, so that build scripts get no flags of ours. */
export async function hostPlatform() {
  const { stdout } = await run("rustc", ["-vV"], { stdout: "pipe" });
  const host = /^host: (.+)$/m.exec(stdout)?.[1];
  if (host === undefined) throw new Failure("rustc -vV does not say what its host is.");
  return host;
}

/**
 * What cargo says of each thing that it made, wherever it was told to put it.
 * @param {string} what is built
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Artifact[]>}
 *
 * @typedef {{ target: { kind: string[], name: string }, filenames: string[],
 *   executable: string | null }} Artifact
 */
export async function cargoBuild(what, args, env = {}) {
  const all = ["build", "--release", "--message-format=json-render-diagnostics", ...args];
  if (existsSync(inProject("Cargo.lock"))) all.push("--locked");
  const { code, stdout } = await run("cargo", all, { env, stdout: "pipe" });
  if (code !== 0) throw new Failure(`The build of ${what} failed (exit code ${code}).`);
  return stdout
    .split("\n")
    .filter((text) => text.startsWith("{"))
    .map((text) => JSON.parse(text))
    .filter(({ reason }) => reason === "compiler-artifact");
}
