/**
 * `npm run check`: everything that CI demands of the sources apart from tests. Runs all steps, the
 * quick ones first, and closes with what failed. `npm run check -- text …` runs only steps whose
 * name has one of the texts.
 */
import { performance } from "node:perf_hooks";

import { buildPackage, ensureModules } from "./support/prepare.mjs";
import { Failure, inProject, run, runMain, say, secondsSince, tool } from "./support/project.mjs";

/** @typedef {[name: string, command: () => [command: string, args: string[]]]} Step */

const FUZZING = ["--manifest-path", "fuzz/Cargo.toml"];
const DENY_WARNINGS = ["--", "-D", "warnings"];

/** @type {Step[]} */
const STEPS = [
  ["formatting", () => node("prettier", ["--check", "--log-level=warn", "."])],
  ["formatting of Rust", () => ["cargo", ["fmt", "--all", "--check"]]],
  ["types of the package", () => types("tsconfig.json")],
  ["types of the tests", () => types("tsconfig.tests.json")],
  ["types of the scripts", () => types("scripts/tsconfig.json")],
  ["types of the page", () => types("viewer/page/tsconfig.json")],
  ["lint", () => node("oxlint", ["--type-aware", "--deny-warnings"])],
  ["unused code", () => node("knip", ["--no-progress"])],
  ["licences", () => script("licences.mjs")],
  ["advisories", () => script("advisories.mjs")],
  // Its own, as `fuzz/` is no part of the workspace: it has to know what the package depends on.
  ["lock file of fuzzing", () => ["cargo", ["fetch", "--locked", "--quiet", ...FUZZING]]],
  // napi exports nothing into a test program, so that the bridge would be unused code there.
  ["clippy", () => clippy("--lib")],
  ["clippy with tests", () => clippy("--all-targets", "--no-default-features")],
  ["clippy of the viewer", () => clippy("--all-targets", "--package", "catalyst-viewer")],
  ["native contract", () => script("build-native.mjs", "--check")],
];

/**
 * @param {string} packageName
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
function node(packageName, args) {
  const [command, before] = tool(packageName);
  return [command, [...before, ...args]];
}

/**
 * @param {string} project
 * @returns {[string, string[]]}
 */
function types(project) {
  const [command, before] = tool("typescript", "tsc");
  return [command, [...before, "--noEmit", "-p", inProject(project)]];
}

/**
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
function script(...args) {
  const [name = "", ...rest] = args;
  return [process.execPath, [inProject("scripts", name), ...rest]];
}

/**
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
function clippy(...args) {
  return ["cargo", ["clippy", "--locked", ...args, ...DENY_WARNINGS]];
}

/** @param {Step} step */
async function passes([name, command]) {
  const startedAt = performance.now();
  const { code } = await run(...command());
  say(`${code === 0 ? "ok    " : "FAILED"} ${name} (${secondsSince(startedAt)})`);
  return code === 0;
}

await runMain(async () => {
  const patterns = process.argv.slice(2);
  await ensureModules();
  // Tests are checked against the package's declarations, not against its sources.
  await buildPackage();
  const failed = [];
  for (const step of STEPS) {
    if (patterns.length > 0 && !patterns.some((text) => step[0].includes(text))) continue;
    if (!(await passes(step))) failed.push(step[0]);
  }
  if (failed.length > 0) throw new Failure(`check failed: ${failed.join(", ")}`);
  say("check passed");
});
