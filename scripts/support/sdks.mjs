/**
 * The SDKs that this package traces, several versions of each, for tests, benches and the demo. Each
 * is installed into a folder of its own in `.sdks/`, by the manifest of that name in
 * `__tests__/sdks/`, which names exact versions: no two versions share a dependency, and none is a
 * dependency of the project.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";

import { Failure, inProject, run, say } from "./project.mjs";

/**
 * No script of a stranger's package is run. openai 7 asks for Node 22 and its calls work on 20, so
 * that a strict npm is told to be lenient.
 */
const INSTALL = [
  "install",
  "--no-audit",
  "--no-fund",
  "--no-package-lock",
  "--ignore-scripts",
  "--legacy-peer-deps",
  "--engine-strict=false",
  "--loglevel=error",
];
/** A slow line gets one in this time; a dead one must not hold up the tests. */
const INSTALL_TIMEOUT_MS = 300_000;

/** The manifest that an installation was made by, written when it was complete. */
const RECORD = "installed.json";

/** What an `import` means depends on where it stands: a module that imports on others' behalf. */
const INSIDE = `export const resolve = (specifier) => import.meta.resolve(specifier);
export const load = (specifier) => import(specifier);
`;

export function sdkNames() {
  return readdirSync(inProject("__tests__", "sdks")).sort();
}

/** @param {string} name */
function manifestOf(name) {
  const file = inProject("__tests__", "sdks", name, "package.json");
  if (existsSync(file)) return readFileSync(file, "utf8");
  throw new Failure(`There is no SDK ${name}. There are ${sdkNames().join(", ")}.`);
}

/**
 * @param {string} name
 * @param {string} manifest
 */
function isInstalled(name, manifest) {
  const record = inProject(".sdks", name, RECORD);
  return existsSync(record) && readFileSync(record, "utf8") === manifest;
}

/** @param {readonly string[]} [names] all of them by default */
export async function ensureSdks(names = sdkNames()) {
  for (const name of names) {
    const manifest = manifestOf(name);
    if (isInstalled(name, manifest)) continue;
    say(`installing ${name} for the tests`);
    const folder = inProject(".sdks", name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(inProject(".sdks", name, "package.json"), manifest);
    const { code } = await run("npm", INSTALL, {
      cwd: folder,
      stdout: "pipe",
      timeoutMs: INSTALL_TIMEOUT_MS,
    });
    if (code !== 0) throw new Failure(`${name} cannot be installed; its tests will fail.`);
    writeFileSync(inProject(".sdks", name, "inside.mjs"), INSIDE);
    writeFileSync(inProject(".sdks", name, RECORD), manifest);
  }
}
