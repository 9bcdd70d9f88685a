/**
 * The targets of `fuzz/`: compiled with libFuzzer's instrumentation, run for a time, and what came of
 * it in a sentence. The compiler's flags are those of cargo-fuzz, which is not needed: they are
 * stable ones, so that coverage guides the choice of inputs with any compiler.
 */
import { existsSync, mkdirSync } from "node:fs";
import { relative } from "node:path";

import { cargoBuild, hostPlatform, needCargo } from "./compiled.mjs";
import { Failure, inProject, ROOT, run } from "./project.mjs";

const MANIFEST = inProject("fuzz", "Cargo.toml");

const INSTRUMENTATION = [
  "--cfg fuzzing",
  "-Cpasses=sancov-module",
  "-Cllvm-args=-sanitizer-coverage-level=4",
  "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
  "-Cllvm-args=-sanitizer-coverage-pc-table",
  "-Cllvm-args=-sanitizer-coverage-trace-compares",
  "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
];

/** Nothing that is fuzzed may take so long for one input, on a machine that does other work too. */
const INPUT_TIMEOUT_S = 20;
/** A target's own, far below what a CI machine has. */
const MEMORY_MB = 2048;
/** libFuzzer looks at the clock between inputs, and reads its corpus first. */
const MARGIN_S = 120;
/** The end of what a target said, where the finding is. */
const TAIL_LINES = 60;

/** The names of the programs in `fuzz/Cargo.toml`. */
export async function targetNames() {
  const args = ["metadata", "--no-deps", "--format-version=1", "--manifest-path", MANIFEST];
  const { code, stdout } = await run("cargo", args, { stdout: "pipe" });
  if (code !== 0) throw new Failure("cargo cannot read fuzz/Cargo.toml.");
  /** @type {{ packages: { targets: { name: string, kind: string[] }[] }[] }} */
  const { packages } = JSON.parse(stdout);
  const targets = packages.flatMap((found) => found.targets);
  return targets.filter(({ kind }) => kind.includes("bin")).map(({ name }) => name);
}

/**
 * Returns the path of each target's program.
 * @param {readonly string[]} targets
 * @param {boolean} withSanitizer
 */
export async function buildTargets(targets, withSanitizer) {
  await needCargo("what is fuzzed");
  const folder = process.env["CARGO_TARGET_DIR"] ?? inProject("fuzz", "target");
  const args = ["--manifest-path", MANIFEST, "--target-dir", folder];
  args.push("--target", await hostPlatform(), ...targets.flatMap((name) => ["--bin", name]));
  const flags = [...INSTRUMENTATION, ...(withSanitizer ? ["-Zsanitizer=address"] : [])];
  const artifacts = await cargoBuild("the fuzz targets (libFuzzer wants a C++ compiler)", args, {
    RUSTFLAGS: flags.join(" "),
    ...(withSanitizer ? { RUSTUP_TOOLCHAIN: "nightly" } : {}),
  });
  const made = artifacts.map(({ target, executable }) => [target.name, executable ?? ""]);
  return new Map(/** @type {[string, string][]} */ (made).filter(([, program]) => program !== ""));
}

/**
 * @param {string} name
 * @param {string} program
 * @param {{ seconds: number, seed: number, maxLength: number }} limits
 */
export async function fuzz(name, program, limits) {
  const corpus = inProject("fuzz", "corpus", name);
  const artifacts = inProject("fuzz", "artifacts", name, "/");
  const seeds = inProject("fuzz", "seeds", name);
  for (const folder of [corpus, artifacts]) mkdirSync(folder, { recursive: true });
  const folders = [corpus, ...(existsSync(seeds) ? [seeds] : [])];
  const { code, stderr } = await run(
    program,
    [
      ...folders,
      `-max_total_time=${limits.seconds}`,
      `-seed=${limits.seed}`,
      `-max_len=${limits.maxLength}`,
      `-timeout=${INPUT_TIMEOUT_S}`,
      `-rss_limit_mb=${MEMORY_MB}`,
      `-artifact_prefix=${artifacts}`,
      "-print_final_stats=1",
    ],
    { stdout: "pipe", stderr: "pipe", timeoutMs: (limits.seconds + MARGIN_S) * 1000 },
  );
  if (code === 0) return { isFound: false, summary: `${outcome(stderr)}, nothing found` };
  process.stderr.write(`${stderr.split("\n").slice(-TAIL_LINES).join("\n")}\n`);
  return { isFound: true, summary: `${outcome(stderr)}. ${whatToDo(name, stderr)}` };
}

/** @param {string} output of libFuzzer */
export function outcome(output) {
  const executions = /stat::number_of_executed_units:\s*(\d+)/.exec(output)?.[1];
  const lastProgress = [...output.matchAll(/^#(\d+)\s.*?\bcov: (\d+)/gm)].at(-1);
  const count = Number(executions ?? lastProgress?.[1] ?? 0);
  return `${count.toLocaleString("en")} executions, ${lastProgress?.[2] ?? 0} edges`;
}

/**
 * @param {string} name
 * @param {string} output
 */
function whatToDo(name, output) {
  const file = /Test unit written to (\S+)/.exec(output)?.[1];
  const base64 = /^Base64: (\S+)$/m.exec(output)?.[1];
  if (file === undefined) return "FAILED, and left no input.";
  return (
    `FOUND a fault. Once more: npm run fuzz -- ${name} --input ${relative(ROOT, file)}` +
    (base64 === undefined ? "" : ` (in base64: ${base64})`)
  );
}

/**
 * @param {string} program
 * @param {string} file
 */
export async function reproduce(program, file) {
  if (!existsSync(file)) throw new Failure(`There is no file ${file}.`);
  const { code } = await run(program, [file, `-timeout=${INPUT_TIMEOUT_S}`]);
  return code;
}
