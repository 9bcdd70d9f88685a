// Sends a reply over a connection: chunk by chunk, in its pace, to its ending.

import { once } from "node:events";
import type { ServerResponse } from "node:http";

import type { Reply } from "./reply.js";

/** Whole, broken off as the reply wanted, or given up because the client left. */
export type Outcome = "answered" | "cut" | "left";

export async function deliver(
  reply: Reply,
  response: ServerResponse,
  closing: AbortSignal,
): Promise<Outcome> {
  const gone = AbortSignal.any([closing, closed(response)]);
  try {
    if (reply.mute !== true) await send(reply, response, gone);
    if (reply.ending === "hang") await aborted(gone);
  } catch (error) {
    if (gone.aborted) return "left";
    response.destroy();
    throw error;
  }
  if (reply.ending === "hang") return "left";
  if (reply.ending === "reset") {
    response.destroy();
    return "cut";
  }
  response.end();
  return "answered";
}

async function send(reply: Reply, response: ServerResponse, gone: AbortSignal): Promise<void> {
  await reply.pause?.("head", gone);
  gone.throwIfAborted();
  response.writeHead(reply.status, reply.headers);
  // A client sees the head of a stream before its first event.
  if (reply.chunks.length > 1 || reply.ending !== "end") response.flushHeaders();
  for (const [index, chunk] of reply.chunks.entries()) {
    const pause = reply.pause?.(index, gone);
    if (pause !== undefined) await pause;
    gone.throwIfAborted();
    if (!response.write(chunk)) await once(response, "drain", { signal: gone });
  }
  if (reply.ending === "reset") await new Promise((resolve) => response.write("", resolve));
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

function closed(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (response.closed) controller.abort();
  else response.once("close", () => controller.abort());
  return controller.signal;
}
