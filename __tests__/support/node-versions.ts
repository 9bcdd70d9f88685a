// Finds the JavaScript runtimes that tests can run programs on: those that `npm run runtimes` put
// into `.runtimes/` as npm packages (`node`, also under aliases such as `node22`, `bun`, `deno`),
// else those on PATH. Finds only; installs nothing. Where there is none, the answer says so in words
// for a skip.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

import { projectRoot } from "./project.js";

export interface Runtime {
  name: "node" | "bun" | "deno";
  version: string;
  path: string;
}

export interface Missing {
  skipped: string;
}

interface PackageInfo {
  name: string;
  version: string;
  folder: string;
}

const EXE = process.platform === "win32" ? ".exe" : "";
/** Where the packages put their executables, in order of preference. */
const EXECUTABLES: Record<Runtime["name"], readonly string[]> = {
  node: [`bin/node${EXE}`],
  bun: ["bin/bun.exe", "bin/bun"],
  deno: [`deno${EXE}`],
};

/** This process's own Node (when it is one) and all installed as packages, oldest first. */
export function nodeVersions(modules = defaultModules()): Runtime[] {
  const found = packagesOf(modules).flatMap((info) => runtimeOf("node", info) ?? []);
  const own = ownNode();
  if (own !== undefined) found.push(own);
  const byVersion = new Map(found.map((runtime) => [runtime.version, runtime]));
  return [...byVersion.values()].sort((a, b) =>
    a.version.localeCompare(b.version, "en", { numeric: true }),
  );
}

/** The newest Node of that major version. */
export function findNode(major: number, modules = defaultModules()): Runtime | Missing {
  const matches = nodeVersions(modules).filter(({ version }) => version.startsWith(`${major}.`));
  return matches.at(-1) ?? { skipped: `Node ${major} is not here: npm run runtimes` };
}

export function findBun(modules = defaultModules()): Runtime | Missing {
  return find("bun", modules);
}

export function findDeno(modules = defaultModules()): Runtime | Missing {
  return find("deno", modules);
}

function find(name: "bun" | "deno", modules: string): Runtime | Missing {
  for (const info of packagesOf(modules)) {
    const runtime = runtimeOf(name, info);
    if (runtime !== undefined) return runtime;
  }
  return onPath(name) ?? { skipped: `${name} is not here: npm run runtimes` };
}

function runtimeOf(name: Runtime["name"], info: PackageInfo): Runtime | undefined {
  const platformNode = `node-${process.platform}-${process.arch}`;
  const matches = info.name === name || (name === "node" && info.name === platformNode);
  if (!matches) return undefined;
  const path = EXECUTABLES[name].map((file) => join(info.folder, file)).find(existsSync);
  return path === undefined ? undefined : { name, version: info.version, path };
}

function packagesOf(modules: string): PackageInfo[] {
  if (!existsSync(modules)) return [];
  return readdirSync(modules)
    .filter((entry) => /^(node|bun|deno)/.test(entry))
    .flatMap((entry) => {
      const folder = join(modules, entry);
      const file = join(folder, "package.json");
      if (!existsSync(file)) return [];
      const { name, version } = JSON.parse(readFileSync(file, "utf8")) as PackageInfo;
      return [{ name, version, folder }];
    });
}

function ownNode(): Runtime | undefined {
  if ("bun" in process.versions || "deno" in process.versions) return undefined;
  return { name: "node", version: process.versions.node, path: process.execPath };
}

function onPath(name: "bun" | "deno"): Runtime | undefined {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, `${name}${EXE}`);
    if (folder === "" || !existsSync(path)) continue;
    const output = execFileSync(path, ["--version"], { encoding: "utf8" });
    return { name, version: /\d+\.\d+\.\d+\S*/.exec(output)?.[0] ?? "unknown", path };
  }
  return undefined;
}

function defaultModules(): string {
  return join(projectRoot, ".runtimes", "node_modules");
}
