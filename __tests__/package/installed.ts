// The package as a user gets it: packed by npm and installed from the tarball into an empty folder.
// Takes the native addon and `dist/` as `npm test` has built them.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { projectRoot } from "../support/project.js";

export interface Installed {
  /** Where the user's programs are; the package is in its `node_modules`. */
  readonly folder: string;
  /** What is in the tarball, as paths within the package. */
  readonly files: readonly string[];
  /** Writes a file beside the installation and returns its path. */
  write(name: string, text: string): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface PackReport {
  filename: string;
  files: { path: string }[];
}

const run = promisify(execFile);
const IS_WINDOWS = process.platform === "win32";

export async function installPackage(): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), "catalyst-installed-"));
  const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const report = JSON.parse(await npm(projectRoot, pack)) as PackReport[];
  const [packed] = report;
  if (packed === undefined) throw new Error("npm pack made no tarball");
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }));
  await npm(folder, ["install", "--no-audit", "--no-fund", `./${packed.filename}`]);
  return {
    folder,
    files: packed.files.map(({ path }) => path),
    write: async (name, text) => {
      const file = join(folder, name);
      await writeFile(file, text);
      return file;
    },
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  };
}

/** The names of all packages that npm has installed there. */
export async function installedPackages(folder: string): Promise<string[]> {
  const record = join(folder, "node_modules", ".package-lock.json");
  const { packages } = JSON.parse(await readFile(record, "utf8")) as {
    packages: Record<string, unknown>;
  };
  return Object.keys(packages).map((path) => path.replace("node_modules/", ""));
}

async function npm(cwd: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run("npm", args, { cwd, shell: IS_WINDOWS });
  return stdout;
}
