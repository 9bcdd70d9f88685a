/**
 * `npm run sanitize`: the native addon under AddressSanitizer, inside Node, for what is `unsafe` in
 * `src/bridge/`. Only for Linux, and with a nightly compiler; takes some minutes the first time.
 *
 * Node itself is not instrumented, but gets its memory from the sanitizer too, so that a read of
 * memory that JavaScript has let go of, or of what lies beside it, is seen. The addon is built
 * without its own allocator, which would hide its own faults.
 */
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import { cargoBuild, hostPlatform, needCargo, platformName } from "./support/compiled.mjs";
import { buildPackage, ensureModules } from "./support/prepare.mjs";
import {
  Failure,
  inProject,
  mustRun,
  run,
  runMain,
  say,
  secondsSince,
} from "./support/project.mjs";

const FOLDER = inProject(".build", "sanitized");
const REPORTS = join(FOLDER, "reports");

/** How each scenario of `support/torture.mjs` ends. */
const SCENARIOS = [
  { name: "foreign", end: "exit code 0" },
  { name: "chunks", end: "exit code 0" },
  { name: "workers", end: "exit code 0" },
  { name: "exit", end: "exit code 0" },
  { name: "signal", end: "SIGTERM" },
];
const TIMEOUT_MS = 180_000;

/** Only a nightly compiler has sanitizers. */
const NIGHTLY = { RUSTUP_TOOLCHAIN: "nightly" };

/** Quick to build, and with lines in reports. */
const PROFILE = {
  CARGO_PROFILE_RELEASE_LTO: "off",
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
  CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
  CARGO_PROFILE_RELEASE_STRIP: "none",
  CARGO_PROFILE_RELEASE_DEBUG: "line-tables-only",
};

/** The addon, instrumented, at the path at which the copy of the package looks for it. */
async function buildAddon() {
  await needCargo("the native addon");
  const folder = process.env["CARGO_TARGET_DIR"] ?? inProject("target", "sanitized");
  const args = ["--lib", "--target", await hostPlatform(), "--target-dir", folder];
  const artifacts = await cargoBuild("the addon (it needs a nightly compiler)", args, {
    ...PROFILE,
    ...NIGHTLY,
    RUSTFLAGS: "-Zsanitizer=address --cfg sanitized",
  });
  const libraries = artifacts.filter(({ target }) => target.kind.includes("cdylib"));
  const library = libraries.flatMap(({ filenames }) => filenames).find((it) => it.endsWith(".so"));
  if (library === undefined) throw new Failure("cargo reported no library.");
  copyFileSync(library, join(FOLDER, `catalyst-tracing.${platformName()}.node`));
}

/** The sanitizer's runtime, which comes as an archive, as a library that Node can be started with. */
async function buildRuntime() {
  const asked = await run("rustc", ["--print", "target-libdir"], { env: NIGHTLY, stdout: "pipe" });
  const archive = join(FOLDER, "runtime.a");
  copyFileSync(join(asked.stdout.trim(), "librustc-nightly_rt.asan.a"), archive);
  // What programs have, and libraries must not.
  await mustRun("ar", "ar", ["d", archive, "asan_preinit.cpp.o"]);
  // The runtime takes a library that is called as its own for another one of it.
  const runtime = join(FOLDER, "runtime.so");
  const whole = ["-Wl,--whole-archive", archive, "-Wl,--no-whole-archive"];
  const system = ["-lpthread", "-ldl", "-lrt", "-lm", "-lgcc_s"];
  await mustRun("linking the runtime", "cc", ["-shared", "-o", runtime, ...whole, ...system]);
  return runtime;
}

/**
 * @param {string} runtime
 * @param {{ name: string, end: string }} scenario
 */
async function passes(runtime, { name, end }) {
  const startedAt = performance.now();
  const program = join(FOLDER, "torture.mjs");
  const { code, signal } = await run(process.execPath, ["--expose-gc", program, name], {
    env: {
      LD_PRELOAD: runtime,
      // What Node and V8 do at their own end is not ours: they leak, and catch faults.
      ASAN_OPTIONS: `detect_leaks=0:handle_segv=0:log_path=${join(REPORTS, name)}`,
    },
    timeoutMs: TIMEOUT_MS,
  });
  const reports = readdirSync(REPORTS).filter((file) => file.startsWith(`${name}.`));
  for (const file of reports) process.stderr.write(readFileSync(join(REPORTS, file), "utf8"));
  const came = signal ?? `exit code ${code}`;
  const isWell = came === end && reports.length === 0;
  const why = reports.length > 0 ? `: ${reports.length} reports` : came === end ? "" : `: ${came}`;
  say(`${isWell ? "ok    " : "FAILED"} ${name} (${secondsSince(startedAt)})${why}`);
  return isWell;
}

await runMain(async () => {
  if (process.platform !== "linux") throw new Failure("The sanitizer is set up for Linux only.");
  const patterns = process.argv.slice(2);
  await ensureModules();
  await buildPackage();
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });
  cpSync(inProject("dist"), join(FOLDER, "dist"), { recursive: true });
  copyFileSync(inProject("package.json"), join(FOLDER, "package.json"));
  copyFileSync(inProject("scripts", "support", "torture.mjs"), join(FOLDER, "torture.mjs"));
  await buildAddon();
  const runtime = await buildRuntime();
  const failed = [];
  for (const scenario of SCENARIOS) {
    if (patterns.length > 0 && !patterns.includes(scenario.name)) continue;
    if (!(await passes(runtime, scenario))) failed.push(scenario.name);
  }
  if (failed.length > 0) throw new Failure(`the sanitizer found faults: ${failed.join(", ")}`);
  say("the sanitizer found nothing");
});
