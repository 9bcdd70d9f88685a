// The collector as a program of its own, so that a bench measures only the sender. Prints
// `{"url":…}` as one line and answers on the same port: GET /__stats, GET /__spans, POST /__reset,
// and POST /__slow and /__fast, which say how long a request takes that is only counted.
//
//   node collector-process.js [--count] [--ids]
//
// --count keeps no request and only counts spans; --ids keeps their ids even so. It ends on SIGTERM
// and with whoever started it, see `server-program.ts`.

import type { IncomingMessage, ServerResponse } from "node:http";

import { startCollector } from "./collector.js";
import { serveParent } from "./server-program.js";
import { stringifySpans } from "./span-json.js";

const flags = new Set(process.argv.slice(2));

const SLOW_MS = 500;

async function main(): Promise<void> {
  const countOnly = flags.has("--count");
  const slow = (ms: number): string => {
    collector.slowMs = ms;
    return "{}";
  };
  const control: Record<string, () => string> = {
    "GET /__stats": () => JSON.stringify(collector.stats()),
    "GET /__spans": () => stringifySpans(collector.spans),
    "POST /__reset": () => {
      collector.reset();
      return "{}";
    },
    "POST /__slow": () => slow(SLOW_MS),
    "POST /__fast": () => slow(0),
  };
  const intercept = (request: IncomingMessage, response: ServerResponse): boolean => {
    const action = control[`${request.method} ${request.url}`];
    if (action === undefined) return false;
    request.resume();
    response.writeHead(200, { "content-type": "application/json" }).end(action());
    return true;
  };
  const collector = await startCollector({
    countOnly,
    ids: flags.has("--ids") || !countOnly,
    intercept,
  });
  serveParent(collector.url, () => void collector.close());
}

await main();
