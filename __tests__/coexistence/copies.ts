// An app folder in which this package is installed more than once, as npm would leave it: each copy
// with its own compiled files and its own addon, and one @opentelemetry/api for all.

import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { projectRoot } from "../support/project.js";

export interface AppFolder {
  /** Writes a program beside the copies and returns its path. */
  program(source: string): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * @param copies - versions by the path of each copy under `node_modules`
 * @param ownApi - copies that bring an `@opentelemetry/api` of their own
 */
export async function appWithCopies(
  copies: Readonly<Record<string, string>>,
  ownApi: readonly string[] = [],
): Promise<AppFolder> {
  const folder = await mkdtemp(join(tmpdir(), "catalyst-copies-"));
  const modules = join(folder, "node_modules");
  const api = join(projectRoot, "node_modules", "@opentelemetry", "api");
  for (const [path, version] of Object.entries(copies)) {
    await copyPackage(join(modules, path), version);
  }
  await mkdir(join(modules, "@opentelemetry"), { recursive: true });
  await symlink(api, join(modules, "@opentelemetry", "api"), "junction");
  for (const path of ownApi) {
    const own = join(modules, path, "node_modules", "@opentelemetry", "api");
    await cp(api, own, { recursive: true });
  }
  return {
    program: async (source) => {
      const file = join(folder, "program.mjs");
      await writeFile(file, source);
      return file;
    },
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  };
}

async function copyPackage(target: string, version: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await cp(join(projectRoot, "dist"), join(target, "dist"), { recursive: true });
  for (const name of await readdir(projectRoot)) {
    if (name.endsWith(".node")) await cp(join(projectRoot, name), join(target, name));
  }
  const versionFile = join(target, "dist", "options", "version.js");
  const compiled = await readFile(versionFile, "utf8");
  await writeFile(versionFile, compiled.replace(/"\d+\.\d+\.\d+"/, JSON.stringify(version)));
  const manifest = JSON.parse(await readFile(join(projectRoot, "package.json"), "utf8")) as object;
  await writeFile(join(target, "package.json"), JSON.stringify({ ...manifest, version }));
}
