/**
 * Notices SDKs that are loaded by `require()`, and CommonJS that is imported: all of it goes through
 * one function of Node's loader. Bun has that function and does not call it, but another one.
 */
import nodeModule from "node:module";

import type { SdkEntries } from "./sdk-entries.js";

type Load = (this: unknown, request: unknown, ...rest: unknown[]) => unknown;

type Loaders = Record<string, Load>;

/** `onLoaded` gets what `require()` returns, each time; it must not throw. */
export function watchCommonJs(
  entries: SdkEntries,
  onLoaded: (packageName: string, module: unknown) => void,
): void {
  const [loaders, name] =
    "bun" in process.versions ? [nodeModule.prototype, "require"] : [nodeModule, "_load"];
  watchFunction(loaders as unknown as Loaders, name, entries, onLoaded);
}

function watchFunction(
  loaders: Loaders,
  key: string,
  entries: SdkEntries,
  onLoaded: (packageName: string, module: unknown) => void,
): void {
  const load = loaders[key];
  if (load === undefined) return;
  // In a cycle the inner `require()` gets an SDK that is not complete yet.
  const loading = new Set<string>();
  loaders[key] = function (request, ...rest) {
    const name = typeof request === "string" ? entries.ofRequest(request) : undefined;
    if (name === undefined || loading.has(name)) {
      return Reflect.apply(load, this, [request, ...rest]);
    }
    loading.add(name);
    try {
      const loaded = Reflect.apply(load, this, [request, ...rest]);
      onLoaded(name, loaded);
      return loaded;
    } finally {
      loading.delete(name);
    }
  };
}
