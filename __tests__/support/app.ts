// An application of a user's: a folder of its own outside the project, with this package installed
// in it, under whatever name, as a copy of what `npm test` has built. Nothing of the project can be
// reached from there but what an installation would have brought.

import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { projectRoot } from "./project.js";

export interface AppOptions {
  /** The name that the package is installed under. */
  as?: string;
  /** Further packages, and the folders that they are in. */
  packages?: Readonly<Record<string, string>>;
  /** False leaves the native module out, as on a platform that has none; or what is in its place. */
  native?: false | Uint8Array;
  /** What the app's package.json says besides. */
  manifest?: Readonly<Record<string, unknown>>;
}

export interface App {
  readonly folder: string;
  /** Where the package is. */
  readonly installed: string;
  /** Writes a file of the app's and returns its path. */
  write(name: string, text: string): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function makeApp(options: AppOptions = {}): Promise<App> {
  const { as = "catalyst-tracing", packages = {}, native, manifest = {} } = options;
  // A temporary folder may be behind a link, and programs see where they really are.
  const folder = await realpath(await mkdtemp(join(tmpdir(), "catalyst-app-")));
  const installed = join(folder, "node_modules", as);
  await copyPackage(installed);
  const api = { "@opentelemetry/api": join(projectRoot, "node_modules/@opentelemetry/api") };
  for (const [name, target] of Object.entries({ ...api, ...packages })) {
    const link = join(folder, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(await realpath(target), link, "junction");
  }
  if (native !== undefined) await replaceAddon(installed, native);
  const write = async (name: string, text: string): Promise<string> => {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  };
  const own = { name: "shop", version: "1.2.3", private: true, type: "module", ...manifest };
  await write("package.json", JSON.stringify(own));
  return {
    folder,
    installed,
    write,
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  };
}

async function copyPackage(target: string): Promise<void> {
  const files = (await readdir(projectRoot)).filter((file) => file.endsWith(".node"));
  for (const file of ["package.json", "index.d.ts", "dist", ...files]) {
    await cp(join(projectRoot, file), join(target, file), { recursive: true });
  }
}

async function replaceAddon(installed: string, native: false | Uint8Array): Promise<void> {
  const addons = (await readdir(installed)).filter((file) => file.endsWith(".node"));
  for (const addon of addons) {
    if (native === false) await rm(join(installed, addon));
    else await writeFile(join(installed, addon), native);
  }
}
