/**
 * The collector of the benchmarks, a process of its own so that receiving costs the measured
 * process nothing. It accepts everything, counts spans without decoding them unless it is told to
 * `keep` them, and answers `take` with what came since the last one. `collector.ts` is its client.
 */
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";

import { countSpans } from "../../__tests__/support/otlp-count.js";
import { decodeTraces, isJson } from "../../__tests__/support/otlp.js";
import type { CollectorRequest, Received } from "./collector.js";

/** Longer than any run: no contender pays for connecting twice. */
const KEEP_ALIVE_MS = 600_000;

function nothing(): Received {
  return { spanCount: 0, wireBytes: 0, problems: [], spans: [] };
}

/**
 * OpenTelemetry JS writes 64-bit integers as JSON numbers where OTLP wants decimal strings, and the
 * decoder is strict. What is compared here is what was said, not how well OTLP was followed.
 */
function forgiving(json: Buffer): Buffer {
  const request: unknown = JSON.parse(json.toString(), (key, value: unknown) =>
    key === "intValue" && typeof value === "number" ? String(value) : value,
  );
  return Buffer.from(JSON.stringify(request));
}

let keep = false;
let received = nothing();

function receive(request: IncomingMessage, wire: Buffer): void {
  const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(wire) : wire;
  const contentType = request.headers["content-type"] ?? "";
  received.wireBytes += wire.length;
  if (!keep) {
    received.spanCount += countSpans(body, contentType);
    return;
  }
  const decoded = decodeTraces(isJson(contentType) ? forgiving(body) : body, contentType);
  received.spanCount += decoded.spans.length;
  received.problems.push(...decoded.problems);
  for (const { name, attributes } of decoded.spans) received.spans.push({ name, attributes });
}

const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
  buffer(request).then(
    (wire) => {
      try {
        receive(request, wire);
        const contentType = request.headers["content-type"] ?? "";
        response.writeHead(200, { "content-type": contentType });
        response.end(isJson(contentType) ? "{}" : "");
      } catch (error) {
        received.problems.push(String(error));
        response.writeHead(400).end();
      }
    },
    (error: unknown) => received.problems.push(String(error)),
  );
});

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.send?.(`http://127.0.0.1:${port}`);
});

process.on("message", (request: CollectorRequest) => {
  keep = request.keepFromNowOn;
  process.send?.(received);
  received = nothing();
});

process.on("disconnect", () => {
  server.close();
  server.closeAllConnections();
});
