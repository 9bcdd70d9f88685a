/**
 * The hooks for ES modules where there is only `module.register()`: Node runs this module on its
 * loader thread. It shares no memory with the app, so all it does is to add the telling line.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { type LoadResult, SdkEntries } from "./sdk-entries.js";

let entries = new SdkEntries([]);

export function initialize(packageNames: readonly string[]): void {
  entries = new SdkEntries(packageNames);
}

export async function load(
  url: string,
  context: object,
  nextLoad: (url: string, context: object) => Promise<LoadResult>,
): Promise<LoadResult> {
  const loaded = await nextLoad(url, context);
  return entries.telling(url, withSource(url, loaded) ?? loaded);
}

// Where a TypeScript loader has loaded CommonJS, what that requires comes through here without its
// source, and Node then runs it past everything that could be watched. An SDK that has an ES module
// too is not imported by this file, so its source can be given without changing what `import` does.
function withSource(url: string, loaded: LoadResult): LoadResult | undefined {
  if (loaded.format !== "commonjs" || (loaded.source ?? null) !== null) return undefined;
  if (!entries.isSecondInstance(url)) return undefined;
  try {
    return { ...loaded, source: readFileSync(fileURLToPath(url), "utf8") };
  } catch {
    return undefined;
  }
}
