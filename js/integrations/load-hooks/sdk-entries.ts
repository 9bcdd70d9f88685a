/**
 * Recognises the modules that an SDK begins with, and lets them tell when they are evaluated.
 *
 * An ES module gets one line at its end, which imports the module itself and hands its namespace to
 * a function on the global object: by then every export has its value, and no code that imports the
 * SDK has run. Lines, `import.meta`, cycles and the names of exports stay as they are. CommonJS
 * whose source passes through a loader gets such a line too: then Node 20 and 22 may load it past
 * what is watched in `commonjs.ts`.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { folderInNodeModules, readSdkPackage, type SdkPackage } from "../sdk-package.js";

/** What a module's last line calls, as `globalThis[Symbol.for(…)]?.(packageName, namespace)`. */
export const LOADED_SYMBOL = "catalyst-tracing.sdk-loaded";

export interface LoadResult {
  format?: string | null | undefined;
  source?: string | ArrayBuffer | Uint8Array | null | undefined;
}

export class SdkEntries {
  private readonly packages = new Map<string, SdkPackage | undefined>();
  /** ES modules to which an SDK's name has led, by URL: a link may lead out of node_modules. */
  private readonly resolved = new Map<string, string>();

  constructor(private readonly packageNames: readonly string[]) {}

  /** The SDK that `request`, as given to `require()`, leads to the beginning of. */
  ofRequest(request: string): string | undefined {
    if (this.packageNames.includes(request)) return request;
    return request.includes("node_modules") ? this.ofFile(request) : undefined;
  }

  /** The SDK that begins with this file. */
  ofFile(file: string): string | undefined {
    return this.find(file)?.name;
  }

  /** Notes what an `import` has been found to mean. */
  noteResolved(specifier: string, url: string): void {
    if (this.packageNames.includes(specifier)) this.resolved.set(url, specifier);
  }

  /** What a loader got for `url`, with the telling line when an SDK begins there. */
  telling(url: string, loaded: LoadResult): LoadResult {
    const isModule = loaded.format === "module";
    if (!isModule && loaded.format !== "commonjs") return loaded;
    const file = url.includes("/node_modules/") ? fileOf(url) : undefined;
    const found = file === undefined ? undefined : this.find(file);
    const name = found?.name ?? (isModule ? this.resolved.get(url) : undefined);
    if (name === undefined) return loaded;
    // CommonJS without a source is left to its own loader, which is watched, but for what is
    // required by code that some other loader has changed. An SDK with an ES module is not imported
    // by its CommonJS file, so that for it the source can be given and `import` stays as it is.
    const isGiven = isModule || file === undefined || found?.sdk.esm === undefined;
    const source = textOf(loaded.source) ?? (isGiven ? undefined : textIn(file));
    if (source === undefined) return loaded;
    return { ...loaded, source: withTellingLine(source, name, isModule && url) };
  }

  private find(file: string): { name: string; sdk: SdkPackage } | undefined {
    for (const name of this.packageNames) {
      const folder = folderInNodeModules(file, name);
      const sdk = folder === undefined ? undefined : this.packageIn(folder);
      if (sdk !== undefined && (sdk.esm === file || sdk.cjs === file)) return { name, sdk };
    }
    return undefined;
  }

  private packageIn(folder: string): SdkPackage | undefined {
    if (!this.packages.has(folder)) this.packages.set(folder, readSdkPackage(folder));
    return this.packages.get(folder);
  }
}

/** @param self - an ES module's own URL; `false` for CommonJS */
export function withTellingLine(source: string, packageName: string, self: string | false): string {
  // Another copy of this package may have been here.
  if (source.includes(LOADED_SYMBOL)) return source;
  const [imported, module] = self
    ? [`import * as catalystSdk$ from ${JSON.stringify(self)};`, "catalystSdk$"]
    : [";", "module.exports"];
  const args = `${JSON.stringify(packageName)}, ${module}`;
  return `${source}\n${imported} globalThis[Symbol.for("${LOADED_SYMBOL}")]?.(${args});\n`;
}

function textOf(source: LoadResult["source"]): string | undefined {
  if (typeof source === "string") return source;
  return source === null || source === undefined ? undefined : new TextDecoder().decode(source);
}

function textIn(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function fileOf(url: string): string | undefined {
  try {
    return fileURLToPath(url.replace(/[?#].*$/s, ""));
  } catch {
    return undefined; // not a file
  }
}
