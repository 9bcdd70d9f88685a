// The integration as the package itself uses it, which users cannot import.

import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { projectRoot } from "../../support/project.js";

const file = join(projectRoot, "dist", "integrations", "openai", "index.js");

export const { openai } = (await import(
  pathToFileURL(file).href
)) as typeof import("../../../js/integrations/openai/index.js");
