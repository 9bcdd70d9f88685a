// What the collector keeps of one request, and how it makes that from the bytes that came.

import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

import { success, type Behaviour } from "./behaviour.js";
import { EncodingError, decompress } from "./http-body.js";
import { decodeTraces, type DecodedRequest, type DecodedSpan } from "./otlp.js";

export interface RequestRecord {
  index: number;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  contentType: string;
  /** Empty when the body was sent as it is. */
  contentEncoding: string;
  /** The body as it was on the wire, and its size. */
  raw: Buffer;
  rawSize: number;
  /** The body without its content encoding. */
  body: Buffer;
  receivedAtMs: number;
  /** Counts connections from 0, so that reuse shows. */
  connection: number;
  spans: DecodedSpan[];
  problems: string[];
  accepted: boolean;
  /** The answer's status; 0 while there is none, and when there never was a whole one. */
  status: number;
}

/** The record, and the answer when no script gives one. */
export function makeRecord(
  request: IncomingMessage,
  raw: Buffer,
  index: number,
  connection: number,
): { record: RequestRecord; fallback: Behaviour } {
  const contentType = request.headers["content-type"] ?? "";
  const contentEncoding = request.headers["content-encoding"] ?? "";
  const { body, spans, problems, readable } = read(raw, contentEncoding, contentType);
  const method = request.method ?? "";
  if (method !== "POST") problems.push(`the method is ${method}`);
  const record: RequestRecord = {
    index,
    method,
    path: request.url ?? "",
    headers: request.headers,
    contentType,
    contentEncoding,
    raw,
    rawSize: raw.length,
    body,
    receivedAtMs: Date.now(),
    connection,
    spans,
    problems,
    accepted: false,
    status: 0,
  };
  return { record, fallback: readable ? success(contentType) : { status: 400 } };
}

function read(
  raw: Buffer,
  contentEncoding: string,
  contentType: string,
): DecodedRequest & { body: Buffer } {
  try {
    const body = decompress(raw, contentEncoding);
    return { body, ...decodeTraces(body, contentType) };
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    return { body: Buffer.alloc(0), spans: [], problems: [error.message], readable: false };
  }
}
