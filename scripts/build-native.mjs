/**
 * Builds the native addon: `catalyst-tracing.<platform>.node` and, from what the compiler saw of
 * the bridge, `index.d.ts`, both in the project's root. Works in an installed package as well,
 * whose sources are shipped for platforms without a prebuilt addon.
 *
 *   node scripts/build-native.mjs [--force] [--check]
 *
 * Does nothing when the addon is newer than its sources, unless --force. With --check, `index.d.ts`
 * is compared and not written.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

import { renderContract } from "./support/contract.mjs";
import {
  Failure,
  inProject,
  mustRun,
  run,
  runMain,
  say,
  secondsSince,
} from "./support/project.mjs";

const CRATE = "catalyst-tracing";
const SOURCES = ["src", "data", "Cargo.toml", "Cargo.lock", "build.rs"];
const NOTES_FOLDER = inProject("target", "contract");
/** napi-derive names the file that it writes after the crate. */
const NOTES = inProject("target", "contract", CRATE);
const CONTRACT = inProject("index.d.ts");
const LIBRARY = /\.(so|dylib|dll)$/;

const MISSING_CARGO =
  "cargo is not here, and the native addon has to be compiled: install a Rust toolchain " +
  "(https://rustup.rs, stable), open a new shell so that `cargo` is on PATH, and run this again.";

/** Named as `js/native.ts` looks for it. */
function addonPath() {
  return inProject(`${CRATE}.${process.platform}-${process.arch}${abi()}.node`);
}

function abi() {
  if (process.platform === "win32") return "-msvc";
  if (process.platform !== "linux") return "";
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (
    process.report.getReport()
  );
  return header.glibcVersionRuntime === undefined ? "-musl" : "-gnu";
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

/** The addon carries the time at which its build began: what changed meanwhile is newer. */
function isFresh() {
  if (!existsSync(addonPath()) || !existsSync(NOTES)) return false;
  return statSync(addonPath()).mtimeMs > Math.max(...SOURCES.map(newestChangeMs));
}

async function compile() {
  const startedAt = new Date();
  mkdirSync(NOTES_FOLDER, { recursive: true });
  let library = await cargoBuild();
  if (!existsSync(NOTES)) {
    // The crate was compiled before by somebody who wanted no notes, and was not compiled now.
    await mustRun("cargo clean", "cargo", ["clean", "--release", "--quiet", "--package", CRATE]);
    library = await cargoBuild();
  }
  // Renamed into place: a running process may have the old addon mapped.
  const temporary = `${addonPath()}.${process.pid}.tmp`;
  copyFileSync(library, temporary);
  utimesSync(temporary, startedAt, startedAt);
  renameSync(temporary, addonPath());
}

/** Returns the path of the library, wherever cargo was told to put it. */
async function cargoBuild() {
  const args = ["build", "--release", "--lib", "--message-format=json-render-diagnostics"];
  if (existsSync(inProject("Cargo.lock"))) args.push("--locked");
  const { code, stdout } = await run("cargo", args, {
    env: { NAPI_TYPE_DEF_TMP_FOLDER: NOTES_FOLDER },
    stdout: "pipe",
  });
  if (code !== 0) throw new Failure(`The native build failed (exit code ${code}).`);
  for (const line of stdout.split("\n").filter((text) => text.startsWith("{"))) {
    const { reason, target, filenames } = JSON.parse(line);
    if (reason !== "compiler-artifact" || !target.kind.includes("cdylib")) continue;
    const library = filenames.find((/** @type {string} */ name) => LIBRARY.test(name));
    if (library !== undefined) return library;
  }
  throw new Failure("cargo reported no library: Cargo.toml must have the crate type cdylib.");
}

async function needCargo() {
  const answer = await run("cargo", ["--version"], { stdout: "pipe" }).catch(() => undefined);
  if (answer?.code !== 0) throw new Failure(MISSING_CARGO);
}

/** @param {boolean} checkOnly */
function settleContract(checkOnly) {
  const contract = renderContract(readFileSync(NOTES, "utf8"));
  if (existsSync(CONTRACT) && readFileSync(CONTRACT, "utf8") === contract) return;
  if (checkOnly) {
    throw new Failure("index.d.ts is not what src/bridge/ says: npm run build:native writes it.");
  }
  writeFileSync(CONTRACT, contract);
  say("index.d.ts was written anew");
}

await runMain(async () => {
  const flags = new Set(process.argv.slice(2));
  const startedAt = performance.now();
  if (flags.has("--force")) rmSync(addonPath(), { force: true });
  if (!isFresh()) {
    await needCargo();
    say("building the native addon (the first time takes some minutes)");
    await compile();
    say(`the native addon is built (${secondsSince(startedAt)})`);
  }
  settleContract(flags.has("--check"));
});
