// Where SDKs are: what package.json files say of them, and which copies an app would get.

import assert from "node:assert/strict";
import { mkdir, realpath, symlink } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { describe, test } from "node:test";

import { findAppPackage } from "../../../js/integrations/app-package.js";
import { findListedSdks } from "../../../js/integrations/discover.js";
import type { Integration } from "../../../js/integrations/integration.js";
import { readSdkPackage } from "../../../js/integrations/sdk-package.js";
import { isTool } from "../../../js/integrations/tool.js";
import { createApp, type Files } from "./apps.js";

const integration = (name: Integration["name"], packageName: string): Integration => ({
  name,
  packageName,
  install: () => ({ patched: 0 }),
});

const OPENAI = integration("openai", "openai");
const AGENTS = integration("openaiAgents", "@openai/agents");

describe("the files that an SDK begins with", () => {
  const files = { "a.mjs": "", "a.cjs": "", "a.js": "", "lib/index.js": "", "esm/a.js": "" };
  for (const [what, manifest, expected] of [
    [
      "conditions in conditions",
      { exports: { ".": { node: { import: "./a.mjs", require: "./a.cjs" } } } },
      ["a.mjs", "a.cjs"],
    ],
    [
      "the first condition counts",
      { exports: { default: "./a.cjs", import: "./a.mjs" } },
      [undefined, "a.cjs"],
    ],
    [
      "conditions without a subpath",
      { exports: { import: "./a.mjs", default: "./a.cjs" } },
      ["a.mjs", "a.cjs"],
    ],
    [
      "a list of which the first that fits counts",
      { exports: [{ browser: "./b.js" }, "./a.mjs"] },
      ["a.mjs", undefined],
    ],
    ["an ES module alone", { exports: "./a.js", type: "module" }, ["a.js", undefined]],
    [
      "a package.json inside that says what .js is",
      { exports: { import: "./esm/a.js", require: "./a.js" } },
      ["esm/a.js", "a.js"],
    ],
    ["a main without its ending", { main: "a" }, [undefined, "a.js"]],
    ["a folder as main", { main: "lib" }, [undefined, join("lib", "index.js")]],
    ["no main and no index.js", {}, [undefined, undefined]],
    ["exports that make no sense", { exports: 7 }, [undefined, undefined]],
    ["exports that forbid it", { exports: { ".": null } }, [undefined, undefined]],
    ["a main that is a file's child", { main: "a.js/b" }, [undefined, undefined]],
  ] as const) {
    test(what, async () => {
      await using app = await createApp({
        ...files,
        "esm/package.json": { type: "module" },
        "package.json": { name: "sdk", version: "1.2.3", ...manifest },
      });
      const found = readSdkPackage(app.folder);
      const shown = [found?.esm, found?.cjs].map((file) => file && relative(app.folder, file));
      assert.deepEqual(shown, expected);
      assert.equal(found?.version, "1.2.3");
    });
  }

  test("a package.json that is no JSON is no package", async () => {
    await using app = await createApp({ "package.json": "{" });
    assert.equal(readSdkPackage(app.folder), undefined);
  });
});

describe("the copies of a listed SDK", () => {
  const manifest = (name: string, version: string, dependencies = {}): Files[string] => ({
    name,
    version,
    dependencies,
    main: "index.js",
  });

  async function versionsFound(files: Files): Promise<Record<string, unknown>> {
    await using app = await createApp(files);
    const found = findListedSdks([OPENAI, AGENTS], findAppPackage(join(app.folder, "main.js")));
    return Object.fromEntries(
      found.map(({ integration: { name }, copies }) => [name, copies.map((copy) => copy.version)]),
    );
  }

  test("the app's own, and the one that another listed SDK brings along", async () => {
    const agents = "node_modules/@openai/agents";
    const found = await versionsFound({
      "main.js": "",
      "package.json": { dependencies: { openai: "6", "@openai/agents": "0" } },
      "node_modules/openai/package.json": manifest("openai", "6.0.0"),
      [`${agents}/package.json`]: manifest("@openai/agents", "0.20.0", {
        "@openai/agents-openai": "0",
      }),
      [`${agents}-openai/package.json`]: manifest("@openai/agents-openai", "0.20.0", {
        openai: "7",
      }),
      [`${agents}-openai/node_modules/openai/package.json`]: manifest("openai", "7.0.0"),
    });
    assert.deepEqual(found, { openai: ["6.0.0", "7.0.0"], openaiAgents: ["0.20.0"] });
  });

  test("not one that only a package brings along which is no SDK", async () => {
    const found = await versionsFound({
      "main.js": "",
      "package.json": { dependencies: { framework: "1" } },
      "node_modules/framework/package.json": manifest("framework", "1.0.0", { openai: "6" }),
      "node_modules/openai/package.json": manifest("openai", "6.0.0"),
    });
    assert.deepEqual(found, {});
  });

  test("packages that depend on each other come to an end", async () => {
    const found = await versionsFound({
      "main.js": "",
      "package.json": { dependencies: { openai: "6" } },
      "node_modules/openai/package.json": manifest("openai", "6.0.0", { other: "1" }),
      "node_modules/other/package.json": manifest("other", "1.0.0", { openai: "6", other: "1" }),
    });
    assert.deepEqual(found, { openai: ["6.0.0"] });
  });

  test("an SDK that is installed by an alias is found under the name that is imported", async () => {
    const found = await versionsFound({
      "main.js": "",
      "package.json": { dependencies: { openai: "npm:@somebody/openai@5" } },
      "node_modules/openai/package.json": manifest("@somebody/openai", "5.0.0"),
    });
    assert.deepEqual(found, { openai: ["5.0.0"] });
  });

  test("behind a link it is the file that is loaded, as pnpm has it", async () => {
    const store = "node_modules/.pnpm/openai@6.0.0/node_modules/openai";
    await using app = await createApp({
      "main.js": "",
      "package.json": { dependencies: { openai: "6" } },
      [`${store}/package.json`]: manifest("openai", "6.0.0"),
      [`${store}/index.js`]: "",
    });
    await mkdir(join(app.folder, "node_modules"), { recursive: true });
    await symlink(join(app.folder, store), join(app.folder, "node_modules", "openai"), "junction");
    const [found] = findListedSdks([OPENAI], findAppPackage(join(app.folder, "main.js")));
    const real = await realpath(app.folder);
    assert.equal(found?.copies[0]?.cjs, join(real, ...store.split("/"), "index.js"));
  });
});

describe("which package the app is", () => {
  test("a tool in node_modules runs the app of the working directory", async () => {
    await using app = await createApp({
      "node_modules/runner/package.json": { name: "runner", dependencies: { openai: "1" } },
      "node_modules/runner/cli.js": "",
    });
    const found = findAppPackage(join(app.folder, "node_modules/runner/cli.js"));
    assert.notEqual(found?.folder.split(sep).at(-1), "runner");
  });

  test("an app in node_modules that depends on this package is the app itself", async () => {
    await using app = await createApp({
      "node_modules/agent/package.json": {
        name: "agent",
        dependencies: { "@inference/tracing": "npm:catalyst-tracing@1", openai: "6" },
      },
      "node_modules/agent/bin/agent.js": "",
    });
    const found = findAppPackage(join(app.folder, "node_modules/agent/bin/agent.js"));
    assert.equal(found?.folder.split(sep).at(-1), "agent");
  });
});

describe("programs that are tools", () => {
  for (const [path, expected] of [
    ["/usr/lib/node_modules/npm/bin/npm-cli.js", true],
    ["/usr/bin/npx", true],
    ["C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js", true],
    ["/app/.yarn/releases/yarn-4.5.0.cjs", true],
    ["/app/node_modules/.bin/tsc", true],
    ["/app/node_modules/.pnpm/typescript@5.0.0/node_modules/typescript/bin/tsc", true],
    ["/app/node_modules/tsx/dist/cli.mjs", false],
    ["/app/node_modules/next/dist/bin/next", false],
    ["/app/npm.js", false],
    ["/app/npm/main.js", false],
    [undefined, false],
  ] as const) {
    test(`${path} is ${expected ? "one" : "none"}`, () => {
      assert.equal(isTool(path), expected);
    });
  }
});
