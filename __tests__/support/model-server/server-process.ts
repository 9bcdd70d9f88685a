// The model server as a program of its own, so that a bench measures only the client. Prints
// `{"url":…}` as one line; besides the API it answers GET /__stats and POST /__reset.
//
//   node server-process.js [--script <module>] [--keep]
//
// The module's default export is the script. Requests are not kept unless --keep says so; then
// GET /__requests has their methods, paths, headers and bodies. It ends on SIGTERM and with whoever
// started it, see `server-program.ts`.

import type { IncomingMessage, ServerResponse } from "node:http";
import { parseArgs } from "node:util";

import { serveParent } from "../server-program.js";
import type { ModelRequest } from "./request.js";
import type { Script } from "./script.js";
import { startModelServer } from "./server.js";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { script: { type: "string" }, keep: { type: "boolean", default: false } },
  });
  const control: Record<string, () => unknown> = {
    "GET /__stats": () => ({ requests: server.arrived, problems: server.problems }),
    "GET /__requests": () => server.requests.map(shown),
    "POST /__reset": () => {
      server.reset();
      return {};
    },
  };
  const intercept = (request: IncomingMessage, response: ServerResponse): boolean => {
    const action = control[`${request.method} ${request.url}`];
    if (action === undefined) return false;
    request.resume();
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(action()));
    return true;
  };
  const server = await startModelServer({
    keepRequests: values.keep,
    intercept,
    ...(values.script !== undefined && { script: await load(values.script) }),
  });
  serveParent(server.url, () => void server.close());
}

/** What JSON can show of it. */
function shown(request: ModelRequest): Omit<ModelRequest, "raw" | "query"> {
  const { raw: _, query: __, ...rest } = request;
  return rest;
}

async function load(module: string): Promise<Script> {
  const { default: script } = (await import(module)) as { default?: unknown };
  if (typeof script !== "function") throw new Error(`${module} has no script as default export`);
  return script as Script;
}

await main();
