// The SDKs that `npm run sdks` put into `.sdks/`: exact versions, each in a folder of its own, by
// the manifests in `__tests__/sdks/`. Loaded by name at run time and without types, because no two
// versions have the same ones: a test says what it uses of a module by an interface of its own.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { projectRoot } from "./project.js";

export const OPENAI_SDKS = ["openai-4", "openai-5", "openai-6", "openai-7"] as const;
export const AGENTS_SDKS = ["agents-0.1", "agents-0.3", "agents-0.8", "agents-0.20"] as const;

export type OpenAiSdk = (typeof OPENAI_SDKS)[number];
export type AgentsSdk = (typeof AGENTS_SDKS)[number];

export interface Sdk {
  /** Where it is installed: what is in this folder imports it by its name. */
  folder: string;
  /** The folder of the package itself. */
  path: string;
  version: string;
  /** What `import` in the folder loads, to be imported from a program that is elsewhere. */
  esmUrl(specifier?: string): Promise<string>;
  /** Its main module, or another one of its folder, such as `zod`, as `import` gets it. */
  importEsm(specifier?: string): Promise<unknown>;
  /** The same as `require()` gets it. */
  requireCjs(specifier?: string): unknown;
}

/** The module that the installer put there: what an `import` means depends on where it stands. */
interface Inside {
  resolve(specifier: string): string;
  load(specifier: string): Promise<unknown>;
}

export function sdk(name: OpenAiSdk | AgentsSdk): Sdk {
  const folder = join(projectRoot, ".sdks", name);
  if (!existsSync(join(folder, "installed.json"))) {
    throw new Error(`${name} is not installed: npm run sdks`);
  }
  const main = name.startsWith("openai-") ? "openai" : "@openai/agents";
  const path = join(folder, "node_modules", main);
  const { version } = manifest(path) as { version: string };
  const require = createRequire(join(folder, "package.json"));
  const inside = async (): Promise<Inside> => {
    return (await import(pathToFileURL(join(folder, "inside.mjs")).href)) as Inside;
  };
  return {
    folder,
    path,
    version,
    esmUrl: async (specifier = main) => (await inside()).resolve(specifier),
    importEsm: async (specifier = main) => await (await inside()).load(specifier),
    requireCjs: (specifier = main) => require(specifier) as unknown,
  };
}

function manifest(home: string): unknown {
  return JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
}
