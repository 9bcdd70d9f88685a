// What the server keeps of one request.

import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

import { decompress } from "../http-body.js";
import type { Outcome } from "./delivery.js";
import { routeOf, type Route } from "./endpoints.js";
import { list, object, type JsonObject } from "./json.js";

export interface ModelRequest extends Route {
  index: number;
  method: string;
  /** As it came, with its query. */
  path: string;
  headers: IncomingHttpHeaders;
  raw: Buffer;
  /** Of a form, its fields, a file as `{ name, type, size }`. Empty when there is no object. */
  body: JsonObject;
  /** It is neither JSON nor a form, though it should be. */
  malformed: boolean;
  receivedAtMs: number;
  /** The same for requests over one connection, counted from 0. */
  connection: number;
  /** As the client gets it in `x-request-id`. */
  requestId: string;
  outcome: Outcome | "pending";
  /** The status of the answer; 0 while there is none. */
  status: number;
}

export async function makeRequest(
  message: IncomingMessage,
  raw: Buffer,
  index: number,
  connection: number,
): Promise<ModelRequest> {
  const method = message.method ?? "";
  const path = message.url ?? "/";
  const body = await parse(message, raw).catch(() => undefined);
  return {
    ...routeOf(method, path),
    index,
    method,
    path,
    headers: message.headers,
    raw,
    body: object(body),
    malformed: body === undefined,
    receivedAtMs: Date.now(),
    connection,
    requestId: `req_${String(index + 1).padStart(4, "0")}`,
    outcome: "pending",
    status: 0,
  };
}

async function parse({ headers }: IncomingMessage, raw: Buffer): Promise<unknown> {
  if (raw.length === 0) return {};
  const bytes = decompress(raw, headers["content-encoding"] ?? "");
  const contentType = headers["content-type"] ?? "";
  return contentType.startsWith("multipart/form-data")
    ? await formFields(bytes, contentType)
    : (JSON.parse(bytes.toString()) as unknown);
}

/** A list is sent as several fields `image[]`. */
async function formFields(bytes: Buffer, contentType: string): Promise<JsonObject> {
  const response = new Response(bytes, { headers: { "content-type": contentType } });
  // oxlint-disable-next-line typescript/no-deprecated -- the forms of a test are small
  const form = await response.formData();
  const fields: JsonObject = {};
  for (const [name, value] of form) {
    const field =
      typeof value === "string" ? value : { name: value.name, type: value.type, size: value.size };
    const listed = /^(.*)\[\]$/.exec(name)?.[1];
    if (listed === undefined) fields[name] = field;
    else fields[listed] = [...list(fields[listed]), field];
  }
  return fields;
}
