// Apps in temporary folders, with an SDK that has the shape of `openai` and says what of it is
// loaded: an ES module and a CommonJS instance, as the real one.

import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { projectRoot } from "../../support/project.js";
import type { Runtime } from "../../support/node-versions.js";
import { runProgram, type ProgramOptions, type ProgramResult } from "../../support/subprocess.js";

export interface App {
  readonly folder: string;
  /** Runs a file of the app. */
  run(file: string, options?: ProgramOptions): Promise<ProgramResult>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Paths in the app and what is in them. */
export type Files = Readonly<Record<string, string | object>>;

const CLIENT = (kind: string): string => `
console.log("loaded ${kind}");
class Completions {
  async create() { return { kind: "${kind}" }; }
}
class Chat { completions = new Completions(); }
Chat.Completions = Completions;
class OpenAI { chat = new Chat(); }
OpenAI.Chat = Chat;
`;

/** The package `openai`, somewhere below a folder `node_modules`. */
export function fakeSdk(folder = "node_modules/openai", version = "6.99.0"): Files {
  const main = {
    require: { types: "./index.d.ts", default: "./index.js" },
    types: "./index.d.mts",
    default: "./index.mjs",
  };
  return {
    [`${folder}/package.json`]: { name: "openai", version, exports: { ".": main } },
    [`${folder}/index.mjs`]: `export { OpenAI as default, OpenAI, where } from "./client.mjs";\n`,
    [`${folder}/client.mjs`]: `${CLIENT("esm")}export { OpenAI };\nexport const where = import.meta.url;\n`,
    [`${folder}/index.js`]: `const { OpenAI } = require("./client.js");
exports = module.exports = function (...args) { return new OpenAI(...args); };
exports.OpenAI = OpenAI;
exports.default = OpenAI;
`,
    [`${folder}/client.js`]: `${CLIENT("cjs")}exports.OpenAI = OpenAI;\n`,
  };
}

/** Calls both instances, and says what came back. */
export const CALLS_BOTH = `
import { createRequire } from "node:module";
import OpenAI from "openai";
const required = createRequire(import.meta.url)("openai");
for (const client of [new OpenAI(), new required.OpenAI()]) {
  const { kind } = await client.chat.completions.create({ model: "m", messages: [] });
  console.log("answer of", kind);
}
`;

export const LISTS_SDK = { name: "app", dependencies: { openai: "*" } };

export async function createApp(files: Files): Promise<App> {
  const folder = await mkdtemp(join(tmpdir(), "catalyst-app-"));
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  }
  await mkdir(join(folder, "node_modules"), { recursive: true });
  await symlink(projectRoot, join(folder, "node_modules", "catalyst-tracing"), "junction");
  return {
    folder,
    run: async (file, options) => await runProgram(join(folder, file), { cwd: folder, ...options }),
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  };
}

/** Options of a program that runs on `runtime`. */
export function on({ name, path }: Runtime): ProgramOptions {
  return name === "node" ? { runtime: name, node: path } : { runtime: name };
}

/** What loads `catalyst-tracing/register` before the app. */
export function registering({ name }: Runtime): string[] {
  // Deno looks for packages among those that package.json lists.
  if (name === "deno") return ["--preload", join(projectRoot, "dist", "register.js")];
  return [name === "bun" ? "--preload" : "--import", "catalyst-tracing/register"];
}
