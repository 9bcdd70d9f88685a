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
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

import {
  cargoBuild,
  isNewerThan,
  needCargo,
  platformName,
  putInPlace,
} from "./support/compiled.mjs";
import { renderContract } from "./support/contract.mjs";
import { Failure, inProject, mustRun, runMain, say, secondsSince } from "./support/project.mjs";

const CRATE = "catalyst-tracing";
const SOURCES = ["src", "data", "Cargo.toml", "Cargo.lock", "build.rs"];
const NOTES_FOLDER = inProject("target", "contract");
/** napi-derive names the file that it writes after the crate. */
const NOTES = inProject("target", "contract", CRATE);
const CONTRACT = inProject("index.d.ts");
const LIBRARY = /\.(so|dylib|dll)$/;

/** Named as `js/native.ts` looks for it. */
const ADDON = inProject(`${CRATE}.${platformName()}.node`);

function isFresh() {
  return existsSync(NOTES) && isNewerThan(ADDON, SOURCES);
}

async function compile() {
  const startedAt = new Date();
  mkdirSync(NOTES_FOLDER, { recursive: true });
  let library = await build();
  if (!existsSync(NOTES)) {
    // The crate was compiled before by somebody who wanted no notes, and was not compiled now.
    await mustRun("cargo clean", "cargo", ["clean", "--release", "--quiet", "--package", CRATE]);
    library = await build();
  }
  putInPlace(library, ADDON, startedAt);
}

/** Returns the path of the library. */
async function build() {
  const env = { NAPI_TYPE_DEF_TMP_FOLDER: NOTES_FOLDER };
  for (const { target, filenames } of await cargoBuild("the addon", ["--lib"], env)) {
    const library = filenames.find((name) => LIBRARY.test(name));
    if (target.kind.includes("cdylib") && library !== undefined) return library;
  }
  throw new Failure("cargo reported no library: Cargo.toml must have the crate type cdylib.");
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
  if (flags.has("--force")) rmSync(ADDON, { force: true });
  if (!isFresh()) {
    await needCargo("the native addon");
    say("building the native addon (the first time takes some minutes)");
    await compile();
    say(`the native addon is built (${secondsSince(startedAt)})`);
  }
  settleContract(flags.has("--check"));
});
