/**
 * `catalyst-tracing/register`: tracing without a line of code in the app. To be loaded before it:
 *
 *     node --import catalyst-tracing/register app.mjs
 *     bun --preload catalyst-tracing/register app.ts
 *
 * With `NODE_OPTIONS` the tools that start the app load this too. They are left alone, and cost
 * nothing but this file. For all others everything is done when this module has been evaluated:
 * `require()` can load it, because there is nothing to wait for.
 */
import { createRequire } from "node:module";

import type * as Unattended from "./integrations/unattended.js";
import { isTool } from "./integrations/tool.js";

if (!isTool(process.argv[1])) {
  const require = createRequire(import.meta.url);
  (require("./integrations/unattended.js") as typeof Unattended).setUpUnattended();
}
