// Where the project is. Tests run from compiled copies in another folder, so that a path relative
// to the source must start from the project's root.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The nearest folder above that has a package.json. */
export const projectRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

/** A file of `__tests__/support/` that is not compiled. */
export function supportFile(name: string): string {
  return join(projectRoot, "__tests__", "support", name);
}

function findRoot(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error("there is no package.json above the test support");
  return findRoot(above);
}
