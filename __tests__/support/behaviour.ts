// What the collector can be told to do with a request, and the doing of it. A behaviour is data;
// a script chooses one for each request. To hold an answer back until something has happened, a
// script may return a promise of a behaviour.

import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

import { encodeJson, encodeProtobuf } from "./otlp-encode.js";
import { ExportTraceServiceResponse, type RawMessage } from "./otlp-schema.js";
import { isJson } from "./otlp.js";

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  delayMs?: number;
}

export type Behaviour =
  | Answer
  /** Never answers; the connection stays open. */
  | { hang: true }
  /** Drops the connection before any byte of an answer. */
  | { reset: true }
  /** Starts a 200 and drops the connection within its body. */
  | { cutBody: true }
  /** A 200 with a body of this many bytes. */
  | { bigBody: number }
  /** A 200 that takes all spans but the request's last `rejected` ones. */
  | { partial: { rejected: number; message: string } }
  | { redirect: string; status: 301 | 302 | 303 | 307 | 308 }
  /** These bytes and no other; the spans are taken, if `taken` says so. The connection stays open. */
  | { raw: string; taken: boolean }
  /** The head of a 200 at once, the end of its body after this many milliseconds. */
  | { slowBody: number };

type Chosen = Behaviour | undefined;

/** A queue is used up request by request, and the default comes after it. */
export type Script<Record> =
  Behaviour | Behaviour[] | ((index: number, record: Record) => Chosen | Promise<Chosen>);

export function chooser<Record>(
  script: Script<Record>,
): (index: number, record: Record) => Chosen | Promise<Chosen> {
  if (typeof script === "function") return script;
  if (!Array.isArray(script)) return () => script;
  const queue = [...script];
  return () => queue.shift();
}

export interface Stage {
  response: ServerResponse;
  /** The request's content type, which the answer repeats. */
  contentType: string;
  /** Called with the number of spans refused, before the client can see the answer. */
  accept: (rejected: number) => void;
  /** Aborts every wait when the collector closes. */
  closing: AbortSignal;
}

/** Resolves with the status that was sent, or 0 when there was no whole answer. */
export async function play(behaviour: Behaviour, stage: Stage): Promise<number> {
  const { response } = stage;
  if ("hang" in behaviour) return 0;
  if ("reset" in behaviour) {
    response.destroy();
    return 0;
  }
  if ("raw" in behaviour) return raw(stage, behaviour);
  if ("cutBody" in behaviour) return await cutBody(stage);
  if ("bigBody" in behaviour) return await bigBody(stage, behaviour.bigBody);
  if ("slowBody" in behaviour) return await slowBody(stage, behaviour.slowBody);
  if ("partial" in behaviour) {
    const { rejected, message } = behaviour.partial;
    const partialSuccess = { rejectedSpans: BigInt(rejected), errorMessage: message };
    return await answer(stage, success(stage.contentType, { partialSuccess }), rejected);
  }
  if ("redirect" in behaviour) {
    const { redirect, status } = behaviour;
    return await answer(stage, { status, headers: { location: redirect }, body: "" });
  }
  return await answer(stage, behaviour);
}

/** The answer to a request in `contentType` that all went well, unless `message` says otherwise. */
export function success(contentType: string, message: RawMessage = {}): Answer {
  return {
    status: 200,
    headers: { "content-type": contentType },
    body: isJson(contentType)
      ? encodeJson(ExportTraceServiceResponse, message)
      : encodeProtobuf(ExportTraceServiceResponse, message),
  };
}

async function answer(stage: Stage, wanted: Answer, rejected = 0): Promise<number> {
  if (wanted.delayMs !== undefined && !(await waited(stage, wanted.delayMs))) return 0;
  const accepted = wanted.status >= 200 && wanted.status < 300;
  const otlp = success(stage.contentType);
  const head = accepted ? { ...otlp.headers, ...wanted.headers } : wanted.headers;
  const body = Buffer.from(wanted.body ?? (accepted ? (otlp.body ?? "") : ""));
  if (accepted) stage.accept(rejected);
  stage.response.writeHead(wanted.status, { "content-length": body.length, ...head });
  stage.response.end(body);
  return wanted.status;
}

/** The length that the head promises; fewer bytes follow. */
const PROMISED_BYTES = 64;

async function cutBody(stage: Stage): Promise<number> {
  const { response } = stage;
  stage.accept(0);
  response.writeHead(200, { "content-type": stage.contentType, "content-length": PROMISED_BYTES });
  await new Promise((resolve) => response.write("\n", resolve));
  response.destroy();
  return 0;
}

function raw({ response, accept }: Stage, wanted: { raw: string; taken: boolean }): number {
  if (wanted.taken) accept(0);
  response.socket?.write(wanted.raw);
  return 0;
}

const BIG_BODY_CHUNK_BYTES = 64 * 1024;

async function bigBody(stage: Stage, bytes: number): Promise<number> {
  const { response } = stage;
  stage.accept(0);
  response.writeHead(200, { "content-type": stage.contentType });
  const gone = AbortSignal.any([stage.closing, closed(response)]);
  try {
    for (let left = bytes; left > 0; left -= BIG_BODY_CHUNK_BYTES) {
      const chunk = Buffer.alloc(Math.min(left, BIG_BODY_CHUNK_BYTES), " ");
      if (!response.write(chunk)) await once(response, "drain", { signal: gone });
    }
  } catch {
    return 0; // The client had enough, or the collector closes.
  }
  response.end();
  return 200;
}

async function slowBody(stage: Stage, afterMs: number): Promise<number> {
  const { response, contentType } = stage;
  const { headers, body } = success(contentType);
  stage.accept(0);
  response.writeHead(200, headers);
  response.flushHeaders();
  if (!(await waited(stage, afterMs))) return 0;
  response.end(body);
  return 200;
}

/** False when the client or the collector went away meanwhile. */
async function waited({ response, closing }: Stage, ms: number): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal: AbortSignal.any([closing, closed(response)]) });
    return true;
  } catch {
    return false;
  }
}

function closed(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (response.closed) controller.abort();
  else response.once("close", () => controller.abort());
  return controller.signal;
}
