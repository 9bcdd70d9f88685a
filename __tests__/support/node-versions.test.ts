// Finding runtimes among installed packages, on folders made for it.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { findBun, findDeno, findNode, nodeVersions } from "./node-versions.js";

async function withPackages(
  packages: Record<string, { name: string; version: string; executable?: string }>,
  use: (modules: string) => void,
): Promise<void> {
  const modules = await mkdtemp(join(tmpdir(), "modules-"));
  try {
    for (const [folder, { name, version, executable }] of Object.entries(packages)) {
      const home = join(modules, folder);
      await mkdir(home);
      await writeFile(join(home, "package.json"), JSON.stringify({ name, version }));
      if (executable === undefined) continue;
      await mkdir(dirname(join(home, executable)), { recursive: true });
      await writeFile(join(home, executable), "");
    }
    use(modules);
  } finally {
    await rm(modules, { recursive: true });
  }
}

const exe = process.platform === "win32" ? ".exe" : "";
const executable = `bin/node${exe}`;

test("Nodes are found under any alias, by the version they have", async () => {
  const packages = {
    "node-old": { name: "node", version: "18.1.0", executable },
    node18: { name: `node-${process.platform}-${process.arch}`, version: "18.20.4", executable },
    "node-fetch": { name: "node-fetch", version: "18.99.0", executable },
    "node-broken": { name: "node", version: "19.0.0" },
  };
  await withPackages(packages, (modules) => {
    const versions = nodeVersions(modules).map(({ version }) => version);
    assert.deepEqual(versions, ["18.1.0", "18.20.4", process.versions.node]);
    const found = findNode(18, modules);
    assert.ok(!("skipped" in found));
    assert.equal(found.path, join(modules, "node18", executable));
    const missing = findNode(19, modules);
    assert.ok("skipped" in missing);
    assert.match(missing.skipped, /^Node 19 is not here/);
  });
});

test("this process's own Node needs no package", () => {
  const own = findNode(Number(process.versions.node.split(".")[0]), "/no/such/folder");
  assert.deepEqual(own, {
    name: "node",
    version: process.versions.node,
    path: process.execPath,
  });
});

test("Bun and Deno are found where their packages put them", async () => {
  const packages = {
    bun: { name: "bun", version: "1.2.3", executable: "bin/bun.exe" },
    deno: { name: "deno", version: "2.0.1", executable: `deno${exe}` },
  };
  await withPackages(packages, (modules) => {
    const bun = { name: "bun", version: "1.2.3", path: join(modules, "bun", "bin", "bun.exe") };
    const deno = { name: "deno", version: "2.0.1", path: join(modules, "deno", `deno${exe}`) };
    assert.deepEqual(findBun(modules), bun);
    assert.deepEqual(findDeno(modules), deno);
  });
});

test("a runtime that is nowhere gives a reason for a skip", () => {
  const path = process.env.PATH;
  process.env.PATH = "";
  try {
    const missing = findDeno("/no/such/folder");
    assert.ok("skipped" in missing);
    assert.match(missing.skipped, /^deno is not here/);
  } finally {
    process.env.PATH = path;
  }
});
