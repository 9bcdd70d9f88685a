/**
 * `npm test`: makes what is missing, runs Rust's tests and Node's, and closes with one line that
 * counts both. `npm test -- text …` runs only Node's test files whose path has one of the texts.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, sep } from "node:path";

import { ensureAll } from "./support/prepare.mjs";
import { Failure, inProject, run, runMain, say } from "./support/project.mjs";
import {
  add,
  cargoTotals,
  nodeTotals,
  noTotals,
  sentence,
  withExitCode,
} from "./support/totals.mjs";

/** Beyond any test file that works, the one that installs the package included. */
const FILE_TIMEOUT_MS = 300_000;
const REPORT = inProject(".build", "totals.json");

/**
 * From the sources, as compiled tests may be left over from sources that are gone.
 * @param {readonly string[]} patterns
 */
function testFiles(patterns) {
  const all = readdirSync(inProject("__tests__"), { recursive: true, encoding: "utf8" });
  const tests = all
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => join("__tests__", file))
    .filter((file) => patterns.length === 0 || patterns.some((text) => matches(file, text)));
  return tests.sort().map((file) => join(".build", file.replace(/\.ts$/, ".js")));
}

/**
 * @param {string} file
 * @param {string} text
 */
function matches(file, text) {
  return file.replaceAll(sep, "/").includes(text);
}

async function rustTests() {
  say("Rust tests");
  const addon = await cargoTest("--no-default-features");
  return add(addon, await cargoTest("--package", "catalyst-viewer"));
}

/** @param {...string} args */
async function cargoTest(...args) {
  const { code, stdout } = await run("cargo", ["test", "--locked", ...args], {
    stdout: "pipe",
    onStdout: (chunk) => process.stdout.write(chunk),
  });
  return withExitCode(cargoTotals(stdout), code);
}

/** @param {readonly string[]} files */
async function nodeTests(files) {
  say(`Node tests, ${files.length} files`);
  mkdirSync(inProject(".build"), { recursive: true });
  rmSync(REPORT, { force: true });
  const { code } = await run(process.execPath, [
    "--enable-source-maps",
    "--test",
    `--test-concurrency=${availableParallelism()}`,
    `--test-timeout=${FILE_TIMEOUT_MS}`,
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    `--test-reporter=./scripts/support/totals-reporter.mjs`,
    `--test-reporter-destination=${REPORT}`,
    ...files,
  ]);
  return withExitCode(nodeTotals(readFileSync(REPORT, "utf8")), code);
}

/**
 * One that says itself what it could not do; the tests that miss it say so too.
 * @param {string} name
 */
async function runScript(name) {
  await run(process.execPath, [inProject("scripts", name)]);
}

/** @param {readonly string[]} patterns */
async function testAll(patterns) {
  await ensureAll();
  if (process.env["CI"]) await runScript("runtimes.mjs");
  await runScript("sdks.mjs");
  const files = testFiles(patterns);
  if (files.length === 0) throw new Failure(`No test file matches ${patterns.join(" or ")}.`);
  const rust = patterns.length === 0 ? await rustTests() : noTotals();
  return add(rust, await nodeTests(files));
}

let totals = { ...noTotals(), failed: 1 };
await runMain(async () => {
  totals = await testAll(process.argv.slice(2));
});
if (totals.failed > 0) process.exitCode = 1;
process.stdout.write(`${sentence(totals)}\n`);
