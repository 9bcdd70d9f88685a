/**
 * Builds the `catalyst` program, the viewer, next to the addon: `catalyst.<platform>`. Works in an
 * installed package as well, whose sources are shipped for platforms without a prebuilt one.
 *
 *   node scripts/build-viewer.mjs [--force]
 *
 * Does nothing when the program is newer than its sources, unless --force.
 */
import { rmSync } from "node:fs";
import { performance } from "node:perf_hooks";

import {
  cargoBuild,
  isNewerThan,
  needCargo,
  platformName,
  putInPlace,
} from "./support/compiled.mjs";
import { Failure, inProject, runMain, say, secondsSince } from "./support/project.mjs";

const SOURCES = [
  "viewer/src",
  "viewer/page",
  "viewer/Cargo.toml",
  "viewer/build.rs",
  "src",
  "data",
  "Cargo.toml",
  "Cargo.lock",
];

/** Named as `js/cli/viewer.ts` looks for it. */
const PROGRAM = inProject(
  `catalyst.${platformName()}${process.platform === "win32" ? ".exe" : ""}`,
);

async function compile() {
  const startedAt = new Date();
  const made = await cargoBuild("the viewer", [
    "--package",
    "catalyst-viewer",
    "--bin",
    "catalyst",
  ]);
  const executable = made.find(({ target }) => target.kind.includes("bin"))?.executable;
  if (typeof executable !== "string") throw new Failure("cargo reported no program.");
  putInPlace(executable, PROGRAM, startedAt);
}

await runMain(async () => {
  const startedAt = performance.now();
  if (process.argv.includes("--force")) rmSync(PROGRAM, { force: true });
  if (isNewerThan(PROGRAM, SOURCES)) return;
  await needCargo("the viewer");
  say("building the viewer (the first time takes some minutes)");
  await compile();
  say(`the viewer is built (${secondsSince(startedAt)})`);
});
