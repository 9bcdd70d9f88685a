// Reads a request's body whole, and undoes its content encoding.

import type { IncomingMessage } from "node:http";
import { gunzipSync, inflateSync } from "node:zlib";

/** Resolves with undefined when the client left before the body was complete. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  return request.complete ? Buffer.concat(chunks) : undefined;
}

export class EncodingError extends Error {
  override readonly name = "EncodingError";
}

export function decompress(raw: Buffer, encoding: string): Buffer {
  try {
    switch (encoding) {
      case "":
      case "identity":
        return raw;
      case "gzip":
        return gunzipSync(raw);
      case "deflate":
        return inflateSync(raw);
    }
  } catch (error) {
    throw new EncodingError(`the body is not valid ${encoding}: ${String(error)}`);
  }
  throw new EncodingError(`the content encoding ${JSON.stringify(encoding)} is unknown`);
}
