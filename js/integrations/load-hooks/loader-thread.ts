/**
 * The hooks for ES modules where there is only `module.register()`: Node runs this module on its
 * loader thread. It shares no memory with the app, so all it does is to add the telling line.
 */
import { type LoadResult, SdkEntries } from "./sdk-entries.js";

let entries = new SdkEntries([]);

export function initialize(packageNames: readonly string[]): void {
  entries = new SdkEntries(packageNames);
}

export async function resolve(
  specifier: string,
  context: object,
  nextResolve: (specifier: string, context: object) => Promise<{ url: string }>,
): Promise<{ url: string }> {
  const resolved = await nextResolve(specifier, context);
  entries.noteResolved(specifier, resolved.url);
  return resolved;
}

export async function load(
  url: string,
  context: object,
  nextLoad: (url: string, context: object) => Promise<LoadResult>,
): Promise<LoadResult> {
  return entries.telling(url, await nextLoad(url, context));
}
