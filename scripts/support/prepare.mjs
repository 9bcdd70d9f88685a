/**
 * What must be there before anything of the project runs, each made when it is missing or stale:
 * installed packages, the native addon, the viewer, the compiled package, the compiled tests, benches and
 * examples. Packages, addon and viewer are looked at first and cost nothing when they are there; compiling
 * TypeScript takes a second and is simply done.
 */
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { inProject, mustRun, run, say, tool } from "./project.mjs";

/**
 * The versions of the lock file, which is left as it is. `npm ci` would be the word for that, but it
 * refuses a lock file without the packages of some foreign platform, and a registry that mirrors
 * only what one platform needs makes such lock files.
 */
const INSTALL = ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];

export async function ensureModules() {
  if (isInstalled()) return;
  say("installing packages");
  await mustRun("npm install", "npm", INSTALL);
}

/**
 * npm writes down what it installed. Compared by what is in there, as times say little: a checkout
 * makes every file new.
 */
function isInstalled() {
  const lock = inProject("package-lock.json");
  const record = inProject("node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  if (!existsSync(lock)) return true;
  const present = packagesIn(record);
  return Object.entries(packagesIn(lock)).every(([path, { version, optional }]) => {
    const found = present[path];
    // Optional packages are mostly for other platforms.
    return found === undefined ? optional === true : found.version === version;
  });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function packagesIn(file) {
  const { packages } = JSON.parse(readFileSync(file, "utf8"));
  delete packages[""];
  return packages;
}

export async function ensureNative() {
  const script = inProject("scripts", "build-native.mjs");
  await mustRun("npm run build:native", process.execPath, [script]);
}

export async function ensureViewer() {
  const script = inProject("scripts", "build-viewer.mjs");
  await mustRun("npm run build:viewer", process.execPath, [script]);
}

/** Compiles `js/` into `dist/`, and takes away what no source stands for any more. */
export async function buildPackage() {
  await compile("tsconfig.json");
  prune(inProject("dist"), inProject("js"));
}

/** Compiles tests, benches and examples into `.build/`. */
export async function buildTests() {
  await compile("tsconfig.tests.json");
}

/** @param {string} project */
async function compile(project) {
  const [command, args] = tool("typescript", "tsc");
  await mustRun(`tsc -p ${project}`, command, [...args, "-p", inProject(project)]);
}

/**
 * @param {string} output
 * @param {string} source
 */
function prune(output, source) {
  for (const entry of readdirSync(output, { withFileTypes: true })) {
    const made = join(output, entry.name);
    if (entry.isDirectory()) {
      if (existsSync(join(source, entry.name))) prune(made, join(source, entry.name));
      else rmSync(made, { recursive: true });
    } else if (!existsSync(join(source, entry.name.replace(/(\.d)?\.[jt]s$/, ".ts")))) {
      rmSync(made);
    }
  }
}

/** Everything that a program of the project needs, from a fresh clone on. */
export async function ensureAll() {
  await ensureModules();
  await ensureNative();
  await ensureViewer();
  await buildPackage();
  await buildTests();
}

/**
 * Runs a compiled program, with the arguments that this script got unless others are given. Its exit
 * code becomes ours.
 * @param {string} file
 * @param {readonly string[]} [given]
 */
export async function runProgram(file, given = process.argv.slice(2)) {
  const args = ["--enable-source-maps", inProject(file), ...given];
  const { code } = await run(process.execPath, args);
  process.exitCode = code;
}
