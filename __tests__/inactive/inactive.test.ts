// Where nothing is traced, everything can be called and the app's functions run: before `setup()`,
// after `shutdown()`, when tracing is disabled, and where there is no native module. `program.ts`
// calls everything.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { type AppOptions, makeApp } from "../support/app.js";
import { startCollector } from "../support/collector.js";
import { findBun, findDeno } from "../support/node-versions.js";
import { type ProgramResult, runProgram } from "../support/subprocess.js";
import type { Moment, Report } from "./program.js";

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), "program.js");

interface Run extends ProgramResult {
  /** The names of the spans that arrived. */
  arrived: string[];
}

interface RunOptions extends AppOptions {
  env?: Record<string, string>;
  runtime?: "node" | "bun" | "deno";
}

/** The program in an app of its own; whatever it called has done what it should. */
async function run(moment: Moment, { env, runtime, ...options }: RunOptions = {}): Promise<Run> {
  await using app = await makeApp(options);
  await using collector = await startCollector();
  const program = await app.write("program.js", readFileSync(PROGRAM, "utf8"));
  const result = await runProgram(program, {
    cwd: app.folder,
    args: [moment],
    env: { CATALYST_OTLP_ENDPOINT: collector.url, ...env },
    ...(runtime === undefined ? {} : { runtime }),
  });
  assert.equal(result.code, 0, result.stderr);
  const report = JSON.parse(result.stdout) as Report;
  assert.ok(Object.keys(report).length > 25, "the program has called too little");
  assert.deepEqual(
    Object.keys(report).filter((fact) => report[fact] !== true),
    [],
  );
  return { ...result, arrived: collector.spans.map(({ name }) => name) };
}

test("before setup() everything works, says nothing and sends nothing", async () => {
  const { stderr, arrived } = await run("before setup");
  assert.deepEqual({ stderr, arrived }, { stderr: "", arrived: [] });
});

test("after shutdown() everything works, and only what was before it arrives", async () => {
  const { stderr, arrived } = await run("after shutdown");
  assert.deepEqual({ stderr, arrived }, { stderr: "", arrived: ["while it ran"] });
});

test("with `disabled: true` everything works, says nothing and sends nothing", async () => {
  const { stderr, arrived } = await run("disabled");
  assert.deepEqual({ stderr, arrived }, { stderr: "", arrived: [] });
});

for (const [name, value] of [
  ["OTEL_SDK_DISABLED", "true"],
  ["CATALYST_DISABLED", "1"],
] as const) {
  test(`with ${name}=${value} everything works, says nothing and sends nothing`, async () => {
    const { stderr, arrived } = await run("as it comes", { env: { [name]: value } });
    assert.deepEqual({ stderr, arrived }, { stderr: "", arrived: [] });
  });
}

/** One line, though `setup()` was called twice. */
function assertSaysWhy(stderr: string, why: RegExp): void {
  const [line = "", ...others] = stderr.trimEnd().split("\n");
  assert.deepEqual(others, []);
  const platform = `${process.platform}-${process.arch}`;
  assert.ok(line.startsWith("[catalyst-tracing] there is no native module for "), line);
  assert.ok(line.includes(platform), line);
  assert.match(line, why);
}

const RUNTIMES = { node: undefined, bun: findBun(), deno: findDeno() };

for (const [runtime, found] of Object.entries(RUNTIMES)) {
  const skip = found !== undefined && "skipped" in found ? found.skipped : false;
  test(
    `without a native module everything works on ${runtime}, and one line says why`,
    { skip },
    async () => {
      const options = { native: false, runtime: runtime as keyof typeof RUNTIMES } as const;
      const { stderr, arrived } = await run("as it comes", options);
      assertSaysWhy(stderr, /nothing is traced; the app runs on\. .*build-native\.mjs$/);
      assert.deepEqual(arrived, []);
    },
  );
}

test("a native module that cannot be loaded is as good as none, and its name is told", async () => {
  const native = new TextEncoder().encode("made for another machine");
  const { stderr, arrived } = await run("as it comes", { native });
  assertSaysWhy(stderr, /catalyst-tracing\.\S+\.node: .*build-native\.mjs$/);
  assert.deepEqual(arrived, []);
});

test("the mend names the build script where this installation has it, under any name", async () => {
  await using app = await makeApp({ as: "@inference/tracing", native: false });
  const program = await app.write(
    "program.js",
    'import { setup } from "@inference/tracing"; await setup();',
  );
  const { stderr } = await runProgram(program, { cwd: app.folder });
  const script = join(app.installed, "scripts", "build-native.mjs");
  assert.ok(stderr.trimEnd().endsWith(`: node ${script}`), stderr);
});
