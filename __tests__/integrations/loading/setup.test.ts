// What `setup()` finds and instruments by itself, and what it says of it in `installResults`.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { promisify } from "node:util";

import { startCollector } from "../../support/collector.js";
import { findBun, findDeno, nodeVersions } from "../../support/node-versions.js";
import { cleanEnvironment, type ProgramOptions } from "../../support/subprocess.js";
import { createApp, fakeSdk, type Files, LISTS_SDK, on } from "./apps.js";

const run = promisify(execFile);

const CALL = `await new OpenAI().chat.completions.create({ model: "m", messages: [] });`;
const SETUP = `import { setup } from "catalyst-tracing";\n`;
const PRINT = `console.log("results", JSON.stringify(tracing.installResults));`;

interface Outcome {
  results: unknown;
  stdout: string;
  stderr: string;
  code: number | null;
  spans: number;
}

async function outcomeOf(
  source: string,
  { files = {}, ...options }: ProgramOptions & { files?: Files } = {},
): Promise<Outcome> {
  await using collector = await startCollector();
  const file = source.includes("require(") && !source.includes("import ") ? "app.cjs" : "app.mjs";
  await using app = await createApp({
    ...fakeSdk(),
    "package.json": LISTS_SDK,
    [file]: source,
    ...files,
  });
  const { stdout, stderr, code } = await app.run(file, {
    ...options,
    env: { CATALYST_OTLP_ENDPOINT: collector.url, ...options.env },
  });
  const printed = stdout
    .match(/^results (.*)$/gm)
    ?.at(-1)
    ?.slice("results ".length);
  const results: unknown = printed === undefined ? undefined : JSON.parse(printed);
  return { results, stdout, stderr, code, spans: collector.spans.length };
}

const INSTALLED = [{ name: "openai", installed: true, version: "6.99.0" }];

for (const runtime of [...nodeVersions(), findBun(), findDeno()]) {
  if ("skipped" in runtime) {
    test("a runtime that is not here", { skip: runtime.skipped }, () => {});
    continue;
  }
  describe(`${runtime.name} ${runtime.version}`, () => {
    test("an SDK that was imported before setup() is traced", async () => {
      const source = `import OpenAI from "openai";\n${SETUP}const tracing = await setup();\n${PRINT}${CALL}`;
      const { results, spans, stderr } = await outcomeOf(source, on(runtime));
      assert.deepEqual({ results, spans, stderr }, { results: INSTALLED, spans: 1, stderr: "" });
    });

    test("an SDK that was required before setup() is traced", async () => {
      const source = `
const { OpenAI } = require("openai");
const { setup } = require("catalyst-tracing");
setup().then(async (tracing) => { ${PRINT}${CALL} });`;
      const { results, spans, stderr } = await outcomeOf(source, on(runtime));
      assert.deepEqual({ results, spans, stderr }, { results: INSTALLED, spans: 1, stderr: "" });
    });

    test("an SDK that loads after setup() is traced, and the results follow", async () => {
      const source = `${SETUP}
import { createRequire } from "node:module";
const tracing = await setup();
for (const OpenAI of [
  (await import("openai")).default,
  createRequire(import.meta.url)("openai").OpenAI,
]) {
  ${CALL}
}
${PRINT}`;
      const { results, spans, stderr } = await outcomeOf(source, on(runtime));
      assert.deepEqual({ results, spans, stderr }, { results: INSTALLED, spans: 2, stderr: "" });
    });

    test("an SDK that the app does not list is not imported", async () => {
      const source = `${SETUP}const tracing = await setup();\n${PRINT}`;
      const files = { "package.json": { name: "app", dependencies: { zod: "*" } } };
      const { results, stdout } = await outcomeOf(source, { ...on(runtime), files });
      assert.deepEqual(results, []);
      assert.doesNotMatch(stdout, /loaded/);
    });
  });
}

describe("what is found", () => {
  const source = `import OpenAI from "openai";\n${SETUP}const tracing = await setup();\n${PRINT}${CALL}`;

  for (const list of ["devDependencies", "optionalDependencies", "peerDependencies"]) {
    test(`what stands in ${list}`, async () => {
      const files = { "package.json": { name: "app", [list]: { openai: "*" } } };
      assert.deepEqual((await outcomeOf(source, { files })).results, INSTALLED);
    });
  }

  test("what the root of a monorepo lists, from a package that lists nothing", async () => {
    const files = {
      "package.json": { name: "root", workspaces: ["packages/*"], dependencies: { openai: "*" } },
      "packages/app/package.json": { name: "app" },
      "packages/app/dist/package.json": { type: "module" },
      "packages/app/dist/main.js": source,
      "app.mjs": `await import("./packages/app/dist/main.js");`,
    };
    await using collector = await startCollector();
    await using app = await createApp({ ...fakeSdk(), ...files });
    const env = { CATALYST_OTLP_ENDPOINT: collector.url };
    const { stdout } = await app.run("packages/app/dist/main.js", { env, cwd: "/" });
    assert.ok(stdout.includes(`results ${JSON.stringify(INSTALLED)}`), stdout);
    assert.equal(collector.spans.length, 1);
  });

  test("nothing, in a folder without a package.json", async () => {
    await using app = await createApp({
      "app.mjs": `${SETUP}const tracing = await setup({ exitFlushMs: 0 });\n${PRINT}`,
    });
    const { stdout, stderr } = await app.run("app.mjs");
    assert.deepEqual({ stdout, stderr }, { stdout: "results []\n", stderr: "" });
  });

  test("what the folder lists in which node -e runs", async () => {
    await using app = await createApp({ ...fakeSdk(), "package.json": LISTS_SDK });
    const code = `require("catalyst-tracing").setup().then((tracing) => { ${PRINT} })`;
    const { stdout } = await run(process.execPath, ["-e", code], {
      cwd: app.folder,
      env: cleanEnvironment(),
    });
    assert.ok(stdout.includes(`results ${JSON.stringify(INSTALLED)}`), stdout);
  });

  test("nothing of its own with autoInstrument off, then or later", async () => {
    const off = `${SETUP}const tracing = await setup({ autoInstrument: false });
const { default: OpenAI } = await import("openai");\n${PRINT}${CALL}`;
    const { results, spans } = await outcomeOf(off);
    assert.deepEqual({ results, spans }, { results: [], spans: 0 });
  });

  test("nothing of its own with CATALYST_AUTO_INSTRUMENT=false", async () => {
    const env = { CATALYST_AUTO_INSTRUMENT: "false" };
    const { results, spans } = await outcomeOf(source, { env });
    assert.deepEqual({ results, spans }, { results: [], spans: 0 });
  });

  test("an SDK again after a shutdown and a second setup()", async () => {
    const again = `import OpenAI from "openai";\n${SETUP}
const first = await setup();
${CALL}
await first.shutdown();
${CALL}
const tracing = await setup();
${CALL}
${PRINT}`;
    const { results, spans } = await outcomeOf(again);
    assert.deepEqual({ results, spans }, { results: INSTALLED, spans: 2 });
  });
});

describe("what is said of an SDK that is not traced", () => {
  const source = `${SETUP}const tracing = await setup();\n${PRINT}`;

  test("it is listed and not installed", async () => {
    await using app = await createApp({ "package.json": LISTS_SDK, "app.mjs": source });
    const { stdout, stderr, code } = await app.run("app.mjs");
    const reason = "package.json lists it, but it is not installed";
    const results = [{ name: "openai", installed: false, reason }];
    assert.deepEqual(
      { stdout, stderr, code },
      { stdout: `results ${JSON.stringify(results)}\n`, stderr: "", code: 0 },
    );
  });

  test("its import throws", async () => {
    const files = { "node_modules/openai/index.mjs": `throw new Error("no crypto here");` };
    const { results, code } = await outcomeOf(source, { files });
    const reason = "it cannot be imported: no crypto here";
    assert.deepEqual(results, [{ name: "openai", installed: false, version: "6.99.0", reason }]);
    assert.equal(code, 0);
  });

  test("what stands under its name in modules is something else, with one warning", async () => {
    const wrong = `${SETUP}
const tracing = await setup({ modules: { openai: { hello: 1 } } });
await setup({ modules: { openai: { hello: 1 } } });
${PRINT}`;
    const { results, stderr, code } = await outcomeOf(wrong);
    assert.equal(code, 0);
    const [result] = results as { name: string; installed: boolean; reason: string }[];
    assert.equal(result?.name, "openai");
    assert.equal(result.installed, false);
    assert.match(result.reason, /it takes/);
    assert.equal(stderr.match(/modules\.openai is not traced/g)?.length, 1, stderr);
  });

  test("this version does not know it", async () => {
    const wrong = `${SETUP}
const tracing = await setup({ modules: { anthropic: class {} }, autoInstrument: false });
${PRINT}`;
    const reason = "this version does not instrument that SDK";
    const { results } = await outcomeOf(wrong);
    assert.deepEqual(results, [{ name: "anthropic", installed: false, reason }]);
  });
});

test("debug: true says in short what the doctor says at length, and nothing secret", async () => {
  const debugging = `${SETUP}
const tracing = await setup({ debug: true, token: "hunter22", serviceName: "mine" });
${PRINT}`;
  const { stderr } = await outcomeOf(debugging);
  for (const line of [
    /^\[catalyst-tracing\] catalyst-tracing \S+ on Node /m,
    /endpoint: http:\S+ \(CATALYST_OTLP_ENDPOINT\)/,
    /serviceName: mine \(option\)/,
    /token: set \(not shown\) \(option\)/,
    /openai 6.99.0: instrumented/,
  ]) {
    assert.match(stderr, line);
  }
  assert.doesNotMatch(stderr, /hunter/);
});
