/**
 * Recognises the modules that an SDK begins with, and lets them tell when they are evaluated.
 *
 * An ES module gets one line at its end, which imports the module itself and hands its namespace to
 * a function on the global object: by then every export has its value, and no code that imports the
 * SDK has run. Lines, `import.meta`, cycles and the names of exports stay as they are. CommonJS
 * whose source passes through a loader gets such a line too: then Node 20 may load it past
 * `Module._load`.
 */
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

  /** Whether this is the CommonJS of an SDK that has an ES module as well. */
  isSecondInstance(url: string): boolean {
    const file = fileOf(url);
    const found = file === undefined ? undefined : this.find(file);
    return found?.sdk.esm !== undefined && found.sdk.cjs === file;
  }

  /** What a loader got for `url`, with the telling line when an SDK begins there. */
  telling<T extends LoadResult>(url: string, loaded: T): T {
    const { format } = loaded;
    if (!url.includes("/node_modules/") || (format !== "module" && format !== "commonjs")) {
      return loaded;
    }
    const file = fileOf(url);
    const name = file === undefined ? undefined : this.ofFile(file);
    const source = name === undefined ? undefined : textOf(loaded.source);
    if (name === undefined || source === undefined) return loaded;
    return { ...loaded, source: withTellingLine(source, name, format === "module" && url) };
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

function fileOf(url: string): string | undefined {
  try {
    return fileURLToPath(url.replace(/[?#].*$/s, ""));
  } catch {
    return undefined; // not a file
  }
}
