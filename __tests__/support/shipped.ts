import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { projectRoot } from "./project.js";

/** A module of the compiled package, as users have it, that users cannot import. */
export async function shipped<Module>(file: string): Promise<Module> {
  return (await import(pathToFileURL(join(projectRoot, "dist", file)).href)) as Module;
}
