// What goes wrong: replies that are errors or no replies at all, and changes that make a good reply
// break, stall or crawl.

import { setTimeout as delay } from "node:timers/promises";

import { bytesReply, eventReply, jsonReply, type Chunk, type Reply } from "./reply.js";
import { changed, type Script } from "./script.js";

interface ApiError {
  message: string;
  type: string;
  param: string | null;
  code: string | null;
}

const ERRORS: Readonly<Record<number, ApiError>> = {
  400: apiError("Invalid value for 'temperature'.", "invalid_request_error", "invalid_value"),
  401: apiError("Incorrect API key provided.", "invalid_request_error", "invalid_api_key"),
  403: apiError("Country, region, or territory not supported.", "request_forbidden", null),
  404: apiError("The model does not exist.", "invalid_request_error", "model_not_found"),
  409: apiError("The resource is being changed.", "conflict_error", null),
  422: apiError("The request cannot be processed.", "invalid_request_error", null),
  429: apiError("Rate limit reached for requests.", "requests", "rate_limit_exceeded"),
  500: apiError("The server had an error while processing your request.", "server_error", null),
  503: apiError("The engine is currently overloaded.", "service_unavailable", null),
};

function apiError(message: string, type: string, code: string | null): ApiError {
  return { message, type, param: null, code };
}

export interface StatusOptions extends Partial<ApiError> {
  headers?: Readonly<Record<string, string>>;
  /** Sent in the two headers that clients look at. */
  retryAfterSeconds?: number;
}

export function errorReply(status: number, options: StatusOptions = {}): Reply {
  const { headers = {}, retryAfterSeconds, ...fields } = options;
  const error = { ...(ERRORS[status] ?? apiError("No.", "server_error", null)), ...fields };
  const retry: Record<string, string> =
    retryAfterSeconds === undefined
      ? {}
      : {
          "retry-after": String(Math.ceil(retryAfterSeconds)),
          "retry-after-ms": String(retryAfterSeconds * 1000),
        };
  return jsonReply({ error }, status, { ...retry, ...headers });
}

/** An error of the API, in its own words unless others are given. */
function failing(code: number, options?: StatusOptions): Script {
  return () => errorReply(code, options);
}

/** 429 this many times, then what comes next. */
function rateLimited(times: number, script: Script, retryAfterSeconds = 0): Script {
  let left = times;
  return (request, desk) => {
    if (left === 0) return script(request, desk);
    left -= 1;
    return errorReply(429, { retryAfterSeconds });
  };
}

/** The answer of a proxy in between, which is no JSON. */
function html(code = 502): Script {
  const page = "<html><body><h1>Bad Gateway</h1></body></html>";
  return () => bytesReply(Buffer.from(page), "text/html", code);
}

function mute(ending: Reply["ending"]): Script {
  return () => ({ status: 0, headers: {}, chunks: [], ending, mute: true });
}

function invalidJson(): Script {
  return () => bytesReply(Buffer.from('{"id": "chatcmpl-0001", "choices": ['), "application/json");
}

/** A 200 of the right type without a body. */
function emptyBody(contentType = "application/json"): Script {
  return () => bytesReply(new Uint8Array(), contentType);
}

/** Puts an event into a stream that is not the JSON it should be. */
function malformedEvent(script: Script, after = 2): Script {
  return changed(script, (reply) => {
    const chunks = [...reply.chunks];
    chunks.splice(after, 0, 'data: {"id": "chatcmpl-\n\n');
    return { ...reply, chunks };
  });
}

/** An event that tells of an error amid a chat completion's stream; the SDK throws it. */
function errorEvent(script: Script, after = 2): Script {
  const data = JSON.stringify({ error: ERRORS[500] });
  return changed(script, (reply) => ({
    ...reply,
    chunks: [...reply.chunks.slice(0, after), `data: ${data}\n\n`],
  }));
}

export interface CutOptions {
  /** How many chunks still arrive; with `bytes`, how many bytes of the whole body. */
  after: number;
  unit?: "chunks" | "bytes";
  how?: Reply["ending"];
}

/** Lets only the beginning through; then the connection is reset, unless another end is wanted. */
function cut(script: Script, { after, unit = "chunks", how = "reset" }: CutOptions): Script {
  return changed(script, (reply) => {
    const chunks =
      unit === "chunks"
        ? reply.chunks.slice(0, after)
        : [Buffer.concat(reply.chunks.map((chunk) => Buffer.from(chunk))).subarray(0, after)];
    // A promised length that is not kept is a fault of its own: Node would refuse the proper end.
    const headers = how === "end" ? withoutLength(reply.headers) : reply.headers;
    return { ...reply, headers, chunks, ending: how };
  });
}

function withoutLength(headers: Reply["headers"]): Reply["headers"] {
  const { "content-length": _, ...rest } = headers;
  return rest;
}

/** A stream that ends properly, without the word that it is complete. */
function withoutDone(script: Script): Script {
  return changed(script, (reply) => ({
    ...reply,
    chunks: reply.chunks.filter((chunk) => !isDone(chunk)),
  }));
}

function isDone(chunk: Chunk): boolean {
  return typeof chunk === "string" && chunk.startsWith("data: [DONE]");
}

/** Waits before the head, and before each chunk. */
function paced(script: Script, { headMs = 0, chunkMs = 0 }): Script {
  return changed(script, (reply) => ({
    ...reply,
    pause: (before, signal) => {
      const ms = before === "head" ? headMs : chunkMs;
      return ms === 0 ? undefined : delay(ms, undefined, { signal });
    },
  }));
}

/** Holds the reply back at a chunk, or at its head, until something has happened. */
function held(script: Script, before: "head" | number, until: Promise<unknown>): Script {
  return changed(script, (reply) => ({
    ...reply,
    pause: (position, gone) => {
      if (position !== before) return undefined;
      const left = new Promise<void>((resolve) => {
        gone.addEventListener("abort", () => resolve(), { once: true });
      });
      return Promise.race([until, left]);
    },
  }));
}

/** Cuts a stream's bytes elsewhere than between events, as networks do. */
function fragmented(script: Script, bytes: number): Script {
  return changed(script, (reply) => {
    const all = Buffer.concat(reply.chunks.map((chunk) => Buffer.from(chunk)));
    const parts = Math.ceil(all.length / bytes);
    return {
      ...reply,
      chunks: Array.from({ length: parts }, (_, index) =>
        all.subarray(index * bytes, (index + 1) * bytes),
      ),
    };
  });
}

function withHeaders(script: Script, headers: Readonly<Record<string, string>>): Script {
  return changed(script, (reply) => ({ ...reply, headers: { ...reply.headers, ...headers } }));
}

export const faults = {
  status: failing,
  rateLimited,
  html,
  /** The connection is dropped before any byte of an answer. */
  reset: () => mute("reset"),
  /** No answer, ever; the connection stays open. */
  hang: () => mute("hang"),
  invalidJson,
  emptyBody,
  /** A stream without an event. */
  emptyStream: (): Script => () => eventReply([]),
  malformedEvent,
  errorEvent,
  cut,
  withoutDone,
  paced,
  held,
  fragmented,
  withHeaders,
};
