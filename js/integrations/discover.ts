/**
 * Which SDKs the app uses, and where every copy of them is.
 *
 * Two ways of looking, neither of which imports anything: what the app's own package.json lists,
 * with the copies that a listed SDK brings along; and what has been loaded by `require()` (on Bun
 * by `import` too). Nothing here throws.
 */
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { ancestors, type AppPackage } from "./app-package.js";
import type { Integration } from "./integration.js";
import {
  folderInNodeModules,
  readManifest,
  readSdkPackage,
  type SdkPackage,
} from "./sdk-package.js";

export interface ListedSdk {
  readonly integration: Integration;
  /** The app's own copy first; none when the package is listed but not installed. */
  readonly copies: readonly SdkPackage[];
}

export interface LoadedSdk {
  readonly integration: Integration;
  readonly copy: SdkPackage;
  readonly module: unknown;
}

/** From `@openai/agents` by way of one package of its own to the `openai` that it calls. */
const MAX_DEPTH = 2;

/** @param app - none where there is no package.json, as beside a bundle in an empty folder */
export function findListedSdks(
  integrations: readonly Integration[],
  app: AppPackage | undefined,
): ListedSdk[] {
  if (app === undefined) return [];
  const listed = integrations.filter(({ packageName }) => app.dependencies.has(packageName));
  const reached: Reached = new Map();
  for (const { packageName } of listed) reach(packageName, app.folder, MAX_DEPTH, reached);
  return integrations
    .map((integration) => ({
      integration,
      copies: [...reached.values()]
        .filter(({ name }) => name === integration.packageName)
        .map(({ copy }) => copy),
    }))
    .filter(({ integration, copies }) => listed.includes(integration) || copies.length > 0);
}

export function findLoadedSdks(integrations: readonly Integration[]): LoadedSdk[] {
  const { cache } = createRequire(import.meta.url);
  return Object.keys(cache).flatMap((file) => {
    const integration = integrations.find(
      ({ packageName }) => folderInNodeModules(file, packageName) !== undefined,
    );
    const folder = integration && folderInNodeModules(file, integration.packageName);
    const copy = folder === undefined ? undefined : readSdkPackage(folder);
    if (integration === undefined || copy === undefined) return [];
    if (file !== copy.esm && file !== copy.cjs) return [];
    return [{ integration, copy, module: cache[file]?.exports as unknown }];
  });
}

/** The package that code in `from` gets for `name`. */
export function locatePackage(name: string, from: string): SdkPackage | undefined {
  for (const folder of ancestors(from)) {
    const candidate = join(folder, "node_modules", name);
    if (readManifest(candidate) !== undefined) return readSdkPackage(realPath(candidate));
  }
  return "pnp" in process.versions ? locateByResolving(name, from) : undefined;
}

// Under Yarn's Plug'n'Play there is no node_modules, but `resolve` knows where things are.
function locateByResolving(name: string, from: string): SdkPackage | undefined {
  try {
    const file = createRequire(join(from, "package.json")).resolve(name);
    for (const folder of ancestors(dirname(file))) {
      if (readManifest(folder)?.["name"] === name) return readSdkPackage(folder);
    }
  } catch {
    // Not installed.
  }
  return undefined;
}

/** Packages by their folders, with the names that they were asked for by. */
type Reached = Map<string, { readonly name: string; readonly copy: SdkPackage }>;

function reach(name: string, from: string, depth: number, reached: Reached): void {
  const copy = locatePackage(name, from);
  if (copy === undefined || reached.has(copy.folder)) return;
  reached.set(copy.folder, { name, copy });
  if (depth === 0) return;
  for (const dependency of copy.dependencies) reach(dependency, copy.folder, depth - 1, reached);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
