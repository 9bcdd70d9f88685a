/**
 * What `npm install` of each library leaves on the disk, its dependencies included: this package
 * from its own tarball, which has to hold a built addon, the rivals from their folders.
 */
import { lstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { INFERENCE, OURS } from "./contenders/index.js";
import { installTarball, npm, PROJECT_DIRECTORY, rivalDirectory } from "../support/rivals.js";

/** A block in a file's status is so long on every platform. */
const BLOCK_BYTES = 512;

/** Bytes on the disk, as `du` counts them. */
function diskUsage(path: string): number {
  const status = lstatSync(path);
  const own = status.blocks * BLOCK_BYTES;
  if (!status.isDirectory()) return own;
  return readdirSync(path).reduce((sum, entry) => sum + diskUsage(join(path, entry)), own);
}

function ourSize(): number | undefined {
  const directory = mkdtempSync(join(tmpdir(), "bench-install-"));
  try {
    writeFileSync(join(directory, "package.json"), '{ "private": true }\n');
    npm(PROJECT_DIRECTORY, [
      "pack",
      "--ignore-scripts",
      "--loglevel=error",
      `--pack-destination=${directory}`,
    ]);
    const tarball = readdirSync(directory).find((name) => name.endsWith(".tgz"));
    if (tarball === undefined) return undefined;
    installTarball(directory, join(directory, tarball));
    const modules = join(directory, "node_modules");
    const hasAddon = readdirSync(modules, { recursive: true, encoding: "utf8" }).some((name) =>
      name.endsWith(".node"),
    );
    return hasAddon ? diskUsage(modules) : undefined;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Bytes for each library; this package's are missing when its addon was not built. */
export function installedSizes(): Map<string, number> {
  const sizes = new Map<string, number>();
  const ours = ourSize();
  if (ours !== undefined) sizes.set(OURS, ours);
  sizes.set(INFERENCE, diskUsage(join(rivalDirectory("inference"), "node_modules")));
  sizes.set(
    "OpenTelemetry JS, both exporters",
    diskUsage(join(rivalDirectory("opentelemetry"), "node_modules")),
  );
  return sizes;
}
