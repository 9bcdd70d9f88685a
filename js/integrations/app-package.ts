/**
 * Which package the app is, and what it depends on by its own account.
 *
 * It is looked for upwards from the main script. A package.json that lists no dependencies of any
 * kind only sets a name or a module type for its folder, as in a monorepo whose dependencies all
 * stand at its root, and the search goes on above it.
 */
import { realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { readManifest } from "./sdk-package.js";

export interface AppPackage {
  readonly folder: string;
  /** Names of packages, from all of the lists of package.json. */
  readonly dependencies: ReadonlySet<string>;
}

const LISTS = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

/** The names under which this package can be a dependency: its own and that of the original. */
const OWN_NAMES = ["catalyst-tracing", "@inference/tracing"];

/** @param mainScript - as in `process.argv[1]`; without one the working directory is the app's */
export function findAppPackage(mainScript: string | undefined): AppPackage | undefined {
  const ofMain = mainScript === undefined ? undefined : nearestPackage(mainFolder(mainScript));
  return ofMain ?? nearestPackage(workingDirectory());
}

function mainFolder(mainScript: string): string | undefined {
  const script = orUndefined(() => realpathSync(resolve(mainScript)));
  if (script === undefined) return undefined;
  const folder = dirname(script);
  if (!isInNodeModules(script)) return folder;
  // A script in node_modules is a tool that runs the app from the working directory (a bundler, a
  // test runner), unless it is an app that was installed and itself depends on this package.
  const { dependencies } = nearestPackage(folder) ?? {};
  return OWN_NAMES.some((name) => dependencies?.has(name)) ? folder : undefined;
}

function nearestPackage(start: string | undefined): AppPackage | undefined {
  for (const folder of ancestors(start)) {
    const manifest = readManifest(folder);
    const lists = LISTS.map((list) => manifest?.[list]).filter(
      (list) => typeof list === "object" && list !== null,
    );
    if (lists.length > 0) {
      return {
        folder,
        dependencies: new Set(lists.flatMap((list) => Object.keys(list))),
      };
    }
  }
  return undefined;
}

/** The folder itself and all above it, from the inside out. */
export function* ancestors(start: string | undefined): Generator<string> {
  let folder = start;
  while (folder !== undefined) {
    yield folder;
    const above = dirname(folder);
    folder = above === folder ? undefined : above;
  }
}

function isInNodeModules(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file);
}

function workingDirectory(): string | undefined {
  return orUndefined(() => process.cwd()); // It may have been deleted.
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
