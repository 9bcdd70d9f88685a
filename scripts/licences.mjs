/**
 * Checks the licences of everything that is shipped: crates that the addon and the viewer are built from (not those
 * that only tests and build scripts use) and the npm packages that come with an installation. Needs
 * no network once they are downloaded.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Failure, inProject, run, runMain, say } from "./support/project.mjs";
import { isAllowed } from "./support/spdx.mjs";

/** Licences that ask for no more than that their text is kept. */
const ALLOWED = new Set([
  "0BSD",
  "Apache-2.0",
  "Apache-2.0 WITH LLVM-exception",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BSL-1.0",
  "CDLA-Permissive-2.0", // webpki-roots: Mozilla's list of certificate authorities, which is data.
  "ISC",
  "MIT",
  "MIT-0",
  "Unicode-3.0",
  "Unlicense",
  "Zlib",
]);

/** @typedef {{ name: string, version: string, licence: string | undefined }} Dependency */

/** @returns {Promise<Dependency[]>} */
async function crates() {
  const { packages, resolve, workspace_members: ours } = await cargoMetadata();
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const reached = new Set(ours);
  for (const id of reached) {
    for (const { pkg, dep_kinds } of nodes.get(id)?.deps ?? []) {
      if (dep_kinds.some(({ kind }) => kind === null)) reached.add(pkg);
    }
  }
  return packages
    .filter(({ id }) => !ours.includes(id) && reached.has(id))
    .map(({ name, version, license }) => ({ name, version, licence: license ?? undefined }));
}

/**
 * @typedef {object} Metadata
 * @property {{ id: string, name: string, version: string, license: string | null }[]} packages
 * @property {string[]} workspace_members
 * @property {{ nodes: Node[] }} resolve
 * @typedef {{ id: string, deps: { pkg: string, dep_kinds: { kind: string | null }[] }[] }} Node
 */

/**
 * For all platforms, which asks cargo to fetch crates that this one does not need; where it cannot,
 * for this platform.
 * @returns {Promise<Metadata>}
 */
async function cargoMetadata() {
  const args = ["metadata", "--locked", "--format-version", "1"];
  const everywhere = await run("cargo", args, { stdout: "pipe", stderr: "pipe" });
  if (everywhere.code === 0) return JSON.parse(everywhere.stdout);
  const { stdout: rustc } = await run("rustc", ["-vV"], { stdout: "pipe" });
  const host = /^host: (\S+)/m.exec(rustc)?.[1] ?? "";
  const here = await run("cargo", [...args, "--offline", "--filter-platform", host], {
    stdout: "pipe",
  });
  if (here.code !== 0) throw new Failure("cargo metadata failed.");
  say(`licences: only crates for ${host}, as those for other platforms cannot be downloaded`);
  return JSON.parse(here.stdout);
}

/** @returns {Dependency[]} */
function npmPackages() {
  /** @type {Map<string, Dependency>} */
  const found = new Map();
  /** @param {string} folder */
  const visit = (folder) => {
    const { dependencies = {}, optionalDependencies = {} } = manifest(folder);
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const home = locate(folder, name);
      if (home === undefined) {
        // One that is for another platform.
        if (name in optionalDependencies) continue;
        throw new Failure(`${name} is not installed: npm ci`);
      }
      if (found.has(home)) continue;
      const { version, license } = manifest(home);
      found.set(home, { name, version, licence: license });
      visit(home);
    }
  };
  visit(inProject());
  return [...found.values()];
}

/**
 * Where Node would find it: in the nearest `node_modules` upwards.
 * @param {string} folder
 * @param {string} name
 * @returns {string | undefined}
 */
function locate(folder, name) {
  const home = join(folder, "node_modules", name);
  if (existsSync(join(home, "package.json"))) return home;
  return join(folder) === join(inProject()) ? undefined : locate(join(folder, ".."), name);
}

/** @param {string} folder */
function manifest(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** @param {Dependency} dependency */
function complaint({ name, version, licence }) {
  if (licence === undefined) return `${name} ${version} names no licence`;
  const allowed = isAllowed(licence, ALLOWED);
  if (allowed === undefined) return `${name} ${version}: "${licence}" is no SPDX expression`;
  return allowed ? undefined : `${name} ${version}: "${licence}" is not on the list`;
}

await runMain(async () => {
  const all = [...(await crates()), ...npmPackages()];
  const complaints = all.map(complaint).filter((text) => text !== undefined);
  for (const text of complaints) say(text);
  if (complaints.length > 0) {
    throw new Failure(
      "Replace these, or add their licence to scripts/licences.mjs, with a reason.",
    );
  }
  say(`licences: ${all.length} dependencies, all permissive`);
});
