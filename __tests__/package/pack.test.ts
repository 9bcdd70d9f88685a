// The packed package, installed: what is in it, what comes with it, and that it works.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { startCollector } from "../support/collector.js";
import { projectRoot } from "../support/project.js";
import { runProgram } from "../support/subprocess.js";
import { installedPackages, installPackage, type Installed } from "./installed.js";

const run = promisify(execFile);

let installed: Installed;

before(async () => {
  installed = await installPackage();
});

after(async () => {
  await installed[Symbol.asyncDispose]();
});

/** What a user would write, after the line that gets `setup`. */
const SEND_ONE_SPAN = `
  async function main() {
    const tracing = await setup({ endpoint: process.argv[2] });
    tracing.tracer.startSpan("from the installed package").end();
    await tracing.flush();
    const { delivered } = tracing.stats();
    await tracing.shutdown();
    console.log(JSON.stringify({ delivered }));
  }
  main();
`;

const PROGRAMS = {
  "an ES module": {
    file: "program.mjs",
    text: `import { setup } from "catalyst-tracing";${SEND_ONE_SPAN}`,
  },
  "a CommonJS program": {
    file: "program.cjs",
    text: `const { setup } = require("catalyst-tracing");${SEND_ONE_SPAN}`,
  },
};

for (const [what, { file, text }] of Object.entries(PROGRAMS)) {
  test(`${what} sends a span through the installed package`, async () => {
    await using collector = await startCollector();
    const program = await installed.write(file, text);
    const result = await runProgram(program, { cwd: installed.folder, args: [collector.url] });
    assert.deepEqual(result.stderr, "");
    assert.equal(result.code, 0);
    assert.deepEqual(JSON.parse(result.stdout), { delivered: 1 });
    assert.deepEqual(
      collector.spans.map((span) => span.name),
      ["from the installed package"],
    );
    assert.deepEqual(collector.problems, []);
  });
}

test("OpenTelemetry's API is all that comes with the package", async () => {
  const names = await installedPackages(installed.folder);
  assert.deepEqual(names, ["@opentelemetry/api", "catalyst-tracing"]);
});

test("the package has what it needs to run, to be read and to be built, and no tests", () => {
  const { files } = installed;
  const addon = files.filter((file) => file.endsWith(".node"));
  assert.equal(addon.length, 1, `one addon, for this platform: ${addon.join(", ")}`);
  for (const needed of [
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
    "build.rs",
    "data/prices.json",
    "dist/index.d.ts",
    "dist/index.js",
    "index.d.ts",
    "scripts/build-native.mjs",
    "scripts/build-viewer.mjs",
    "scripts/support/compiled.mjs",
    "src/lib.rs",
    "viewer/Cargo.toml",
    "viewer/build.rs",
    "viewer/page/index.html",
    "viewer/src/main.rs",
  ]) {
    assert.ok(files.includes(needed), `${needed} is missing`);
  }
  const strangers = files.filter((file) =>
    /(^|\/)(tests?|__tests__)(\/|\.)|tsbuildinfo/.test(file),
  );
  assert.deepEqual(strangers, []);
});

test("the package's build script says what to install where there is no Rust", async () => {
  const script = "node_modules/catalyst-tracing/scripts/build-native.mjs";
  const options = { cwd: installed.folder, env: { PATH: "/no/such/folder" } };
  const result = await runProgram(script, options);
  assert.match(result.stderr, /^» cargo is not here, .* install a Rust toolchain/);
  assert.equal(result.code, 1);
});

/** Uses the handle, so that its types have to be found and have to fit. */
const CONSUMER = `
  import { setup, type SetupOptions } from "catalyst-tracing";
  import { createTestTracing, type TestSpan, type TestTracing } from "catalyst-tracing/testing";
  import type { Tracer } from "@opentelemetry/api";

  const options: SetupOptions = { endpoint: "http://localhost:4318", serviceName: "shop" };
  export async function main(): Promise<number> {
    const tracing = await setup(options);
    const tracer: Tracer = tracing.tracer;
    tracer.startSpan("typed").end();
    await tracing.flush();
    await tracing.shutdown();
    return tracing.stats().delivered;
  }

  export async function tested(): Promise<string | undefined> {
    await using tracing: TestTracing = await createTestTracing({ serviceName: "shop" });
    const [span]: TestSpan[] = tracing.spans();
    return span?.spanKind ?? tracing.tree({ tokens: true });
  }

  // @ts-expect-error An option that does not exist.
  export const wrong: SetupOptions = { endpiont: "http://localhost:4318" };
`;

for (const [resolution, module] of [
  ["node16", "node16"],
  ["nodenext", "nodenext"],
  ["bundler", "esnext"],
] as const) {
  test(`a strict program typechecks with moduleResolution ${resolution}`, async () => {
    const config = {
      compilerOptions: {
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        noEmit: true,
        target: "es2022",
        module,
        moduleResolution: resolution,
        types: [],
      },
      files: ["consumer.mts"],
    };
    await installed.write("consumer.mts", CONSUMER);
    const project = await installed.write(`tsconfig.${resolution}.json`, JSON.stringify(config));
    const tsc = join(projectRoot, "node_modules", "typescript", "bin", "tsc");
    const output = await run(process.execPath, [tsc, "-p", project]).then(
      () => "",
      (error: unknown) => (error as { stdout: string }).stdout,
    );
    assert.equal(output, "");
  });
}
