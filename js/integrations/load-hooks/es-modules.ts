/**
 * Sees to it that SDKs loaded as ES modules tell when they are. Node has two interfaces for that
 * and Bun a third; Deno has none that works.
 */
import { readFileSync } from "node:fs";
import nodeModule from "node:module";
import { pathToFileURL } from "node:url";

import { type LoadResult, SdkEntries, withTellingLine } from "./sdk-entries.js";

/** What the types of the oldest Node do not have. */
interface NewerModule {
  registerHooks?(hooks: {
    resolve(
      specifier: string,
      context: object,
      nextResolve: (specifier: string, context: object) => { url: string },
    ): { url: string };
    load(
      url: string,
      context: object,
      nextLoad: (url: string, context: object) => LoadResult,
    ): LoadResult;
  }): unknown;
}

interface BunGlobal {
  plugin(plugin: {
    name: string;
    setup(build: {
      onLoad(
        filter: { filter: RegExp },
        load: (args: { path: string }) => { contents: string; loader: "js" },
      ): void;
    }): void;
  }): void;
}

export interface EsModuleWatch {
  /** Whether this file's evaluation is noticed when it is yet to come. */
  covers(file: string): boolean;
}

const NOTHING: EsModuleWatch = { covers: () => false };
const EVERYTHING: EsModuleWatch = { covers: () => true };

/**
 * @param mayStartThread - whether it is worth a loader thread, which takes some 30 ms and slows
 *   down every later import, on a Node that has nothing better
 */
export function watchEsModules(
  packageNames: readonly string[],
  mayStartThread: boolean,
): EsModuleWatch {
  try {
    return watchOnRuntime(packageNames, mayStartThread);
  } catch {
    return NOTHING; // A permission is missing, or a bundle has no file for the thread.
  }
}

function watchOnRuntime(packageNames: readonly string[], mayStartThread: boolean): EsModuleWatch {
  const { Bun: bun } = globalThis as { Bun?: BunGlobal };
  if (bun !== undefined) return watchOnBun(bun, packageNames);
  if ("deno" in process.versions) return NOTHING;
  const entries = new SdkEntries(packageNames);
  const newer = nodeModule as NewerModule;
  if (newer.registerHooks !== undefined) {
    newer.registerHooks({
      resolve(specifier, context, next) {
        const resolved = next(specifier, context);
        entries.noteResolved(specifier, resolved.url);
        return resolved;
      },
      load: (url, context, next) => entries.telling(url, next(url, context)),
    });
  } else if (mayStartThread) {
    nodeModule.register(new URL("./loader-thread.js", import.meta.url), { data: packageNames });
  } else {
    return NOTHING;
  }
  return EVERYTHING;
}

// A module that a plugin has loaded is an ES module to Bun, whatever it was, so the filter must
// let pass only what certainly is one.
function watchOnBun(bun: BunGlobal, packageNames: readonly string[]): EsModuleWatch {
  const names = packageNames.map((name) => name.replace("/", String.raw`[\\/]`)).join("|");
  const filter = new RegExp(
    String.raw`[\\/]node_modules[\\/](?:${names})[\\/](?:dist[\\/])?index\.mjs$`,
  );
  const entries = new SdkEntries(packageNames);
  bun.plugin({
    name: "catalyst-tracing",
    setup(build) {
      build.onLoad({ filter }, ({ path }) => {
        const source = readFileSync(path, "utf8");
        const name = entries.ofFile(path);
        const contents =
          name === undefined ? source : withTellingLine(source, name, pathToFileURL(path).href);
        return { contents, loader: "js" };
      });
    },
  });
  return { covers: (file) => filter.test(file) };
}
