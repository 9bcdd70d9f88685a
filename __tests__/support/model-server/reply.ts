// What the server answers, as data: a head, chunks that are written one by one, and how it ends.
// Everything that can go wrong on the way is a change to such a reply, see `faults.ts`.

export type Chunk = string | Uint8Array;

export interface Reply {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** For a stream, an event each. */
  chunks: readonly Chunk[];
  /** What follows the last chunk: the proper end, a reset of the connection, or nothing, ever. */
  ending: "end" | "reset" | "hang";
  /** Nothing is sent before the ending, not even the head. */
  mute?: boolean;
  /** Waits before the head, or before the chunk of that number. */
  pause?: (before: "head" | number, gone: AbortSignal) => Promise<unknown> | undefined;
}

export function jsonReply(
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const body = Buffer.from(JSON.stringify(value));
  return bytesReply(body, "application/json", status, headers);
}

export function bytesReply(
  body: Uint8Array,
  contentType: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status,
    headers: { "content-type": contentType, "content-length": String(body.length), ...headers },
    chunks: body.length === 0 ? [] : [body],
    ending: "end",
  };
}

export function eventReply(chunks: readonly Chunk[]): Reply {
  const headers = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
  };
  return { status: 200, headers, chunks, ending: "end" };
}

/** An event without a name, as chat completions send them. */
export function dataEvent(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** An event named after its type, as the Responses API sends them. */
export function namedEvent(data: { type: string }): string {
  return `event: ${data.type}\n${dataEvent(data)}`;
}

export const DONE = "data: [DONE]\n\n";
