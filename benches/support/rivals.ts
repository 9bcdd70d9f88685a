/**
 * Where the rivals live: each in a folder of its own under `benches/rivals/`, with a package.json
 * that names exact versions, installed by npm on the first run of a benchmark that wants it. They are no dependency
 * of the package, and no rival's dependencies mix with another's.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

export type Rival = "inference" | "opentelemetry" | "openinference" | "masking";

/** Seen from `.build/benches/support/`, where the compiled benchmarks run. */
export const PROJECT_DIRECTORY = resolve(import.meta.dirname, "../../..");

export function rivalDirectory(rival: Rival): string {
  return join(PROJECT_DIRECTORY, "benches", "rivals", rival);
}

/** No script of a stranger's package is run, and no lock file with anybody's registry is left. */
const INSTALL = [
  "install",
  "--no-audit",
  "--no-fund",
  "--no-package-lock",
  "--ignore-scripts",
  "--legacy-peer-deps",
  "--loglevel=error",
];

/** Runs npm in `directory`; on Windows npm is a script that only a shell can start. */
export function npm(directory: string, args: string[]): string {
  return execFileSync("npm", args, {
    cwd: directory,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    shell: process.platform === "win32",
  });
}

export function installRivals(rivals: readonly Rival[]): void {
  for (const rival of rivals) {
    const directory = rivalDirectory(rival);
    if (existsSync(join(directory, "node_modules"))) continue;
    process.stderr.write(`installing ${rival} into ${directory}\n`);
    npm(directory, INSTALL);
  }
}

/** Installs one packed package into an empty folder, as `installRivals` does with the rivals. */
export function installTarball(directory: string, tarball: string): void {
  npm(directory, [...INSTALL, tarball]);
}

/** The rival's module, as an import statement in its folder would get it. */
export function importRival(rival: Rival, name: string): Promise<unknown> {
  const require = createRequire(join(rivalDirectory(rival), "package.json"));
  return import(pathToFileURL(require.resolve(name)).href);
}
