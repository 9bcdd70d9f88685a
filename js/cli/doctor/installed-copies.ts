/**
 * Where packages are in an app's `node_modules`, every copy of them, however deep: what a package
 * manager has put there and what an app loads can be several versions of one package.
 *
 * Reads folders and package.json files alone. Not for Yarn's Plug'n'Play, which has no such folders.
 */
import { readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";

import { ancestors } from "../../integrations/app-package.js";
import { readManifest } from "../../integrations/sdk-package.js";

export interface InstalledCopy {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
}

/** Enough for the largest monorepo; a doctor must come to an end. */
const MAX_FOLDERS = 100_000;

/** @param isWanted - by the name of the folder, which an alias can make differ from package.json's */
export function findInstalledCopies(
  start: string,
  isWanted: (name: string) => boolean,
): InstalledCopy[] {
  const found = new Map<string, InstalledCopy>();
  const seen = new Set<string>();
  const pending = [...ancestors(start)].map((folder) => join(folder, "node_modules"));
  for (let folder = pending.shift(); folder !== undefined; folder = pending.shift()) {
    const real = realPath(folder);
    if (real === undefined || seen.has(real) || seen.size >= MAX_FOLDERS) continue;
    seen.add(real);
    for (const { name, path } of packagesIn(real)) {
      pending.push(join(path, "node_modules"));
      if (!isWanted(name)) continue;
      const copy = realPath(path);
      const version = copy === undefined ? undefined : readManifest(copy)?.["version"];
      if (copy !== undefined && typeof version === "string" && !found.has(copy)) {
        found.set(copy, { name, version, folder: copy });
      }
    }
  }
  return [...found.values()];
}

function packagesIn(modules: string): { name: string; path: string }[] {
  return namesIn(modules).flatMap((entry) => {
    const path = join(modules, entry);
    if (entry.startsWith("@")) {
      return namesIn(path).map((name) => ({ name: `${entry}/${name}`, path: join(path, name) }));
    }
    // pnpm keeps each package in a folder of its own, with a node_modules in it.
    if (entry === ".pnpm")
      return namesIn(path).map((name) => ({ name: "", path: join(path, name) }));
    return entry.startsWith(".") ? [] : [{ name: entry, path }];
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
