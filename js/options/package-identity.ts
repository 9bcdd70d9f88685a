/**
 * Who the app is, by its package.json: the nearest one with a name, upwards from the main script's
 * folder, else from the working directory.
 *
 * A main script inside `node_modules` is a tool that runs the app (a bundler, a test runner, a
 * framework's command line), so that the working directory says more about the app.
 */
import { dirname, join, resolve } from "node:path";
import type { OptionsIo } from "./io.js";

export interface PackageIdentity {
  readonly name: string;
  readonly version: string | null;
}

type FileAccess = Pick<OptionsIo, "readFile" | "cwd">;

export function findAppPackage(
  mainScript: string | undefined,
  io: FileAccess,
): PackageIdentity | undefined {
  const cwd = folderOrNone(() => io.cwd());
  const isApp = mainScript !== undefined && !/[\\/]node_modules[\\/]/.test(mainScript);
  const main = isApp ? folderOrNone(() => dirname(resolve(cwd ?? "/", mainScript))) : undefined;
  return nearestPackage(main, io) ?? nearestPackage(cwd, io);
}

function nearestPackage(start: string | undefined, io: FileAccess): PackageIdentity | undefined {
  let folder = start;
  while (folder !== undefined) {
    const found = readPackage(join(folder, "package.json"), io);
    if (found !== undefined) return found;
    const parent = dirname(folder);
    folder = parent === folder ? undefined : parent;
  }
  return undefined;
}

// One without a name only sets a module type for its folder; one that cannot be read is somebody
// else's problem.
function readPackage(path: string, io: FileAccess): PackageIdentity | undefined {
  try {
    const content: unknown = JSON.parse(io.readFile(path).replace(/^\uFEFF/, ""));
    if (typeof content !== "object" || content === null) return undefined;
    const { name, version } = content as { name?: unknown; version?: unknown };
    if (typeof name !== "string" || name.trim() === "") return undefined;
    return { name, version: typeof version === "string" && version !== "" ? version : null };
  } catch {
    return undefined;
  }
}

function folderOrNone(find: () => string): string | undefined {
  try {
    return find();
  } catch {
    return undefined; // the working directory was deleted
  }
}
