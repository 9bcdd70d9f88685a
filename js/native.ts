/**
 * The native half: finds the addon for this platform and loads it, once. The only module that
 * knows where it is; everybody else gets `Native`, whose contract is the generated `index.d.ts`.
 */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import type * as Contract from "../index.js";
import { platform, platformNames } from "./platform.js";

export type Native = typeof Contract;

export type LoadOutcome =
  | { readonly native: Native }
  | {
      readonly native?: undefined;
      /** What is missing, as a clause that can be gone on with. */
      readonly problem: string;
      /** What to do about it, as a sentence. */
      readonly mend: string;
    };

const require = createRequire(import.meta.url);

/** By its path, as an installation may have another name than this package. */
const BUILD_SCRIPT = fileURLToPath(new URL("../scripts/build-native.mjs", import.meta.url));

let outcome: LoadOutcome | undefined;

/** Never throws: without the addon the app has to run as if it did not trace. */
export function loadNative(): LoadOutcome {
  return (outcome ??= load());
}

function load(): LoadOutcome {
  const failures: string[] = [];
  for (const name of platformNames()) {
    for (const file of [`../catalyst-tracing.${name}.node`, `catalyst-tracing-${name}`]) {
      try {
        return { native: require(file) as Native };
      } catch (error) {
        if (!isMissing(error)) failures.push(`${file}: ${messageOf(error)}`);
      }
    }
  }
  const why = failures.length > 0 ? ` (${failures.join("; ")})` : "";
  return {
    problem: `there is no native module for ${platform()}${why}`,
    mend: `Build it from source with a Rust toolchain: node ${BUILD_SCRIPT}`,
  };
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "MODULE_NOT_FOUND";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
}
