// `catalyst-tracing/register`: an app without a line of ours is traced, on every runtime that is
// here, and nothing that could go wrong with that reaches the app.

import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";

import { startCollector } from "../../support/collector.js";
import { findBun, findDeno, nodeVersions } from "../../support/node-versions.js";
import { sdk } from "../../support/sdks.js";
import { startModelServer } from "../../support/model-server/server.js";
import { CALLS_BOTH, createApp, fakeSdk, LISTS_SDK, on, registering } from "./apps.js";

const REGISTER = ["--import", "catalyst-tracing/register"];

const CALL = `
const { OpenAI } = require("openai");
new OpenAI().chat.completions.create({ model: "m", messages: [] });
`;

for (const runtime of [...nodeVersions(), findBun(), findDeno()]) {
  if ("skipped" in runtime) {
    test("a runtime that is not here", { skip: runtime.skipped }, () => {});
    continue;
  }
  test(`${runtime.name} ${runtime.version}: both instances of an SDK are traced, in code unchanged`, async () => {
    await using collector = await startCollector();
    await using app = await createApp({
      ...fakeSdk(),
      "package.json": LISTS_SDK,
      "app.mjs": CALLS_BOTH,
    });
    const { stdout, stderr, code } = await app.run("app.mjs", {
      ...on(runtime),
      runtimeArgs: registering(runtime),
      env: { CATALYST_OTLP_ENDPOINT: collector.url },
    });
    assert.deepEqual({ stderr, code }, { stderr: "", code: 0 });
    assert.match(stdout, /answer of esm\nanswer of cjs\n$/);
    assert.equal(collector.spans.length, 2);
    assert.deepEqual(collector.problems, []);
  });
}

for (const node of nodeVersions()) {
  const { version } = node;

  test(`Node ${version}: an SDK is traced that no package.json lists, and is not loaded early`, async () => {
    await using collector = await startCollector();
    await using app = await createApp({
      ...fakeSdk(),
      "app.mjs": `console.log("begins"); await import("./calls.mjs");`,
      "calls.mjs": CALLS_BOTH,
    });
    const env = { CATALYST_OTLP_ENDPOINT: collector.url };
    const { stdout } = await app.run("app.mjs", { ...on(node), runtimeArgs: REGISTER, env });
    assert.match(stdout, /^begins\nloaded esm\nloaded cjs\n/);
    assert.equal(collector.spans.length, 2);
  });

  test(`Node ${version}: an SDK is traced that is linked from outside of node_modules`, async () => {
    await using collector = await startCollector();
    await using app = await createApp({
      ...fakeSdk("packages/fork"),
      "package.json": LISTS_SDK,
      "app.mjs": CALLS_BOTH,
    });
    const link = join(app.folder, "node_modules", "openai");
    await symlink(join(app.folder, "packages", "fork"), link, "junction");
    const env = { CATALYST_OTLP_ENDPOINT: collector.url };
    const { stdout } = await app.run("app.mjs", { ...on(node), runtimeArgs: REGISTER, env });
    assert.match(stdout, /answer of esm\nanswer of cjs\n$/);
    assert.equal(collector.spans.length, 2);
  });

  test(`Node ${version}: --require does what --import does`, async () => {
    await using collector = await startCollector();
    await using app = await createApp({ ...fakeSdk(), "app.cjs": CALL });
    const { stderr } = await app.run("app.cjs", {
      ...on(node),
      runtimeArgs: ["--require", "catalyst-tracing/register"],
      env: { CATALYST_OTLP_ENDPOINT: collector.url },
    });
    assert.equal(stderr, "");
    assert.equal(collector.spans.length, 1);
  });

  test(`Node ${version}: worker threads are traced too, by NODE_OPTIONS`, async () => {
    await using collector = await startCollector();
    await using app = await createApp({
      ...fakeSdk(),
      "app.mjs": `
import { isMainThread, Worker } from "node:worker_threads";
import { once } from "node:events";
import OpenAI from "openai";
await new OpenAI().chat.completions.create({ model: "m", messages: [] });
if (isMainThread) await once(new Worker(new URL(import.meta.url)), "exit");
`,
    });
    const { stderr } = await app.run("app.mjs", {
      ...on(node),
      env: { CATALYST_OTLP_ENDPOINT: collector.url, NODE_OPTIONS: REGISTER.join(" ") },
    });
    assert.equal(stderr, "");
    assert.equal(collector.spans.length, 2);
  });

  // A loader hands out sources that it has changed, which on Node 20 takes CommonJS another way.
  for (const order of ["before", "after"]) {
    test(`Node ${version}: a loader registered ${order} it still does its work, in both formats`, async () => {
      await using collector = await startCollector();
      await using app = await createApp({
        ...fakeSdk(),
        "loader.mjs": `
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
export async function load(url, context, nextLoad) {
  if (!url.includes("/app.")) return await nextLoad(url, context);
  const source = await readFile(fileURLToPath(url), "utf8");
  const format = url.endsWith("cjs") ? "commonjs" : "module";
  return { format, shortCircuit: true, source: source.replace("PLACEHOLDER", "by the loader") };
}
`,
        "hook.mjs": `import { register } from "node:module"; register("./loader.mjs", import.meta.url);`,
        "app.mjs": `${CALLS_BOTH}\nconsole.log("PLACEHOLDER");`,
        "app.cjs": `${CALL}\nconsole.log("PLACEHOLDER");`,
      });
      const hook = ["--import", "./hook.mjs"];
      const runtimeArgs = order === "before" ? [...hook, ...REGISTER] : [...REGISTER, ...hook];
      const env = { CATALYST_OTLP_ENDPOINT: collector.url, NODE_NO_WARNINGS: "1" };
      for (const [file, spans] of [
        ["app.mjs", 2],
        ["app.cjs", 3],
      ] as const) {
        const { stdout, stderr } = await app.run(file, { ...on(node), runtimeArgs, env });
        assert.match(stdout, /by the loader/, stderr);
        assert.equal(collector.spans.length, spans, file);
      }
    });
  }
}

describe("what the app sees", () => {
  test("an SDK's exports, its import.meta and its stack traces are what they were", async () => {
    await using collector = await startCollector();
    await using app = await createApp({
      ...fakeSdk(),
      "node_modules/openai/index.mjs": `
export { OpenAI as default, OpenAI } from "./client.mjs";
import { again } from "./cycle.mjs";
export let changes = 1;
export const change = () => { changes += 1; again(); };
export const fail = () => { throw new Error("from line 6 of the SDK"); };
export const where = import.meta.url;
//# sourceMappingURL=none.map`,
      "node_modules/openai/cycle.mjs": `
import { changes } from "./index.mjs";
export const again = () => console.log("changes", changes);
`,
      "app.mjs": `
import * as sdk from "openai";
console.log(Object.keys(sdk).join(), sdk.where);
sdk.change();
try { sdk.fail(); } catch (error) { console.log(error.stack); }
try { await import("openai/none"); } catch (error) { console.log(error.code); }
console.log(sdk === (await import("openai")), import.meta.resolve("openai"));
`,
    });
    const plain = await app.run("app.mjs");
    const env = { CATALYST_OTLP_ENDPOINT: collector.url };
    const traced = await app.run("app.mjs", { runtimeArgs: REGISTER, env });
    assert.match(plain.stdout, /changes 2\n[\s\S]*index.mjs:6/);
    assert.equal(traced.stdout, plain.stdout);
    assert.equal(traced.stderr, plain.stderr);
  });

  test("what an SDK throws while it loads is the app's to see", async () => {
    await using app = await createApp({
      "node_modules/openai/package.json": { name: "openai", main: "index.js" },
      "node_modules/openai/index.js": `throw new TypeError("no key");`,
      "app.cjs": `try { require("openai"); } catch (error) { console.log(error.message); }`,
    });
    const { stdout, code } = await app.run("app.cjs", { runtimeArgs: REGISTER });
    assert.deepEqual({ stdout, code }, { stdout: "no key\n", code: 0 });
  });

  test("a package with the SDK's name that is another one stays as it is, with a warning", async () => {
    await using app = await createApp({
      "node_modules/openai/package.json": { name: "openai", version: "1.0.0", main: "index.js" },
      "node_modules/openai/index.js": `exports.hello = () => "hello";`,
      "app.cjs": `console.log(require("openai").hello()); require("openai");`,
    });
    const { stdout, stderr, code } = await app.run("app.cjs", { runtimeArgs: REGISTER });
    assert.deepEqual({ stdout, code }, { stdout: "hello\n", code: 0 });
    assert.equal(stderr.match(/openai is used here but not traced/g)?.length, 1, stderr);
  });

  test("wrong variables are warnings, and the app runs", async () => {
    await using app = await createApp({ ...fakeSdk(), "app.mjs": CALLS_BOTH });
    const { stdout, stderr, code } = await app.run("app.mjs", {
      runtimeArgs: REGISTER,
      env: {
        CATALYST_OTLP_ENDPOINT: "not a URL",
        CATALYST_EXIT_FLUSH_MS: "soon",
        OTEL_EXPORTER_OTLP_CERTIFICATE: "/none",
      },
    });
    assert.equal(code, 0);
    assert.match(stdout, /answer of cjs/);
    for (const name of ["ENDPOINT", "EXIT_FLUSH_MS", "CERTIFICATE"]) {
      assert.match(stderr, new RegExp(`${name} is `));
    }
  });

  test("disabled by the environment, nothing is traced and the app runs", async () => {
    await using collector = await startCollector();
    await using app = await createApp({ ...fakeSdk(), "app.mjs": CALLS_BOTH });
    const env = { CATALYST_OTLP_ENDPOINT: collector.url, CATALYST_DISABLED: "1" };
    const { stdout, stderr } = await app.run("app.mjs", { runtimeArgs: REGISTER, env });
    assert.match(stdout, /answer of cjs/);
    assert.equal(stderr, "");
    assert.equal(collector.requests.length, 0);
  });

  test("process.exit() right after the last call loses nothing", async () => {
    await using collector = await startCollector();
    await using app = await createApp({
      ...fakeSdk(),
      "app.mjs": `${CALLS_BOTH}\nprocess.exit(3);`,
    });
    const env = { CATALYST_OTLP_ENDPOINT: collector.url };
    const { code } = await app.run("app.mjs", { runtimeArgs: REGISTER, env });
    assert.equal(code, 3);
    assert.equal(collector.spans.length, 2);
  });

  test("an app that calls setup() itself gets what runs already, and each call is one span", async () => {
    await using collector = await startCollector();
    await using app = await createApp({
      ...fakeSdk(),
      "package.json": LISTS_SDK,
      "app.mjs": `
import { setup } from "catalyst-tracing";
import OpenAI from "openai";
const tracing = await setup({ modules: { openai: OpenAI } });
console.log(JSON.stringify(tracing.installResults));
console.log(tracing === (await setup()));
await new OpenAI().chat.completions.create({ model: "m", messages: [] });
`,
    });
    const env = { CATALYST_OTLP_ENDPOINT: collector.url };
    const { stdout, stderr } = await app.run("app.mjs", { runtimeArgs: REGISTER, env });
    assert.equal(stderr, "");
    assert.match(stdout, /\[\{"name":"openai","installed":true,"version":"6.99.0"\}\]\ntrue\n/);
    assert.equal(collector.spans.length, 1);
  });
});

describe("tools that NODE_OPTIONS reaches as well", () => {
  const PROBE = `
console.log(Symbol.for("catalyst-tracing.runtime") in globalThis ? "traced" : "left alone");
`;

  for (const file of ["node_modules/npm/bin/npm-cli.js", "node_modules/typescript/bin/tsc"]) {
    test(`${file} is left alone, and quiet whatever the environment says`, async () => {
      await using app = await createApp({ [`${file}.cjs`]: PROBE });
      const { stdout, stderr } = await app.run(`${file}.cjs`, {
        env: { NODE_OPTIONS: REGISTER.join(" "), CATALYST_OTLP_ENDPOINT: "not a URL" },
      });
      assert.deepEqual({ stdout, stderr }, { stdout: "left alone\n", stderr: "" });
    });
  }

  test("a framework's command line that runs the app is not such a tool", async () => {
    await using app = await createApp({ "node_modules/framework/bin/dev.cjs": PROBE });
    const env = { NODE_OPTIONS: REGISTER.join(" ") };
    const { stdout } = await app.run("node_modules/framework/bin/dev.cjs", { env });
    assert.equal(stdout, "traced\n");
  });
});

for (const name of ["openai-4", "openai-5", "openai-6", "openai-7"] as const) {
  test(`${name} itself is traced, imported and required`, async () => {
    await using collector = await startCollector();
    await using models = await startModelServer();
    const { folder } = sdk(name);
    await using app = await createApp({
      "app.mjs": `
import { createRequire } from "node:module";
const { pathToFileURL } = await import("node:url");
const inside = ${JSON.stringify(join(folder, "inside.mjs"))};
const { load } = await import(pathToFileURL(inside).href);
const imported = await load("openai");
const required = createRequire(inside)("openai");
for (const { OpenAI } of [imported, required]) {
  const client = new OpenAI({ apiKey: "k", baseURL: ${JSON.stringify(models.url)} + "/v1" });
  const messages = [{ role: "user", content: "hello" }];
  const { choices } = await client.chat.completions.create({ model: "gpt-4o", messages });
  console.log(choices.length);
}
`,
    });
    const { stdout, stderr } = await app.run("app.mjs", {
      runtimeArgs: REGISTER,
      env: { CATALYST_OTLP_ENDPOINT: collector.url },
    });
    assert.deepEqual({ stdout, stderr }, { stdout: "1\n1\n", stderr: "" });
    assert.equal(collector.spans.length, 2);
  });
}
