/**
 * Sees SDKs as they load, ES modules and CommonJS, whoever loads them.
 *
 * Hooks are installed at most once per thread and never taken away. They change nothing of what is
 * loaded but for one line in an SDK's own first file, and cost a comparison for everything else.
 */
import { watchCommonJs } from "./load-hooks/commonjs.js";
import { type EsModuleWatch, watchEsModules } from "./load-hooks/es-modules.js";
import { LOADED_SYMBOL, SdkEntries } from "./load-hooks/sdk-entries.js";

export type OnSdkLoaded = (packageName: string, module: unknown) => void;

interface Watch {
  readonly esModules: EsModuleWatch;
  readonly isFromStart: boolean;
}

let watch: Watch | undefined;
let listener: OnSdkLoaded | undefined;

/**
 * @param onLoaded - called for each SDK that loads from now on, in place of an earlier one, and
 *   again when it is loaded again; must not throw
 * @param isFromStart - whether nothing of the app has been loaded yet
 */
export function watchLoading(
  packageNames: readonly string[],
  onLoaded: OnSdkLoaded | undefined,
  isFromStart = false,
): void {
  listener = onLoaded;
  if (watch !== undefined || packageNames.length === 0) return;
  const tell: OnSdkLoaded = (packageName, module) => listener?.(packageName, module);
  (globalThis as Record<symbol, OnSdkLoaded | undefined>)[Symbol.for(LOADED_SYMBOL)] ??= tell;
  watchCommonJs(new SdkEntries(packageNames), tell);
  watch = { esModules: watchEsModules(packageNames, isFromStart), isFromStart };
}

/** Whether an ES module that has not been seen is certainly not loaded yet, and will be seen. */
export function isSeenWhenLoaded(file: string): boolean {
  if (watch === undefined || !watch.esModules.covers(file)) return false;
  // Bun lists the ES modules that it has loaded, Node does not.
  return watch.isFromStart || "bun" in process.versions;
}
