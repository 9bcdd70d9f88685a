/**
 * One request to the collector as the exporter would make it, but empty: the same URL, headers,
 * encoding, compression, certificates and proxy. Only the TLS library is another one, Node's.
 */
import { Buffer } from "node:buffer";
import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import * as tls from "node:tls";
import { gzipSync } from "node:zlib";

import type { ResolvedOptions } from "../../options.js";
import { proxyFor } from "./proxy.js";

export type Encoding = ResolvedOptions["protocol"];

export interface Answer {
  readonly status: number;
  /** The beginning of the body where it is text, with nothing secret in it. */
  readonly message: string;
}

/** Long enough for a collector that has to be started by the request. */
const MAX_WAIT_MS = 10_000;
const MAX_MESSAGE_CHARS = 200;

/** The code of the error when a proxy opens no tunnel. */
export const PROXY_REFUSAL = "ERR_PROXY_REFUSAL";

const CONTENT_TYPES: Record<Encoding, string> = {
  "http/protobuf": "application/x-protobuf",
  "http/json": "application/json",
};

/** An `ExportTraceServiceRequest` without spans. */
const BODIES: Record<Encoding, string> = {
  "http/protobuf": "",
  "http/json": '{"resourceSpans":[]}',
};

/** Rejects with the connection's error. */
export async function ask(options: ResolvedOptions, encoding: Encoding): Promise<Answer> {
  const url = new URL(options.tracesUrl);
  const isGzip = options.compression === "gzip";
  const plain = Buffer.from(BODIES[encoding]);
  const body = isGzip ? gzipSync(plain) : plain;
  const request = await open(url, options, {
    ...Object.fromEntries(options.headers),
    "Content-Type": CONTENT_TYPES[encoding],
    "Content-Length": String(body.length),
    ...(isGzip ? { "Content-Encoding": "gzip" } : {}),
  });
  const response = await answerTo(request, body, options.timeoutMs);
  const secrets = options.headers.flatMap(([, value]) => [value, value.replace(/^Bearer /, "")]);
  return {
    status: response.statusCode ?? 0,
    message: await messageOf(response, secrets),
  };
}

async function open(
  url: URL,
  options: ResolvedOptions,
  headers: Record<string, string>,
): Promise<ClientRequest> {
  const auth = decodeURIComponent(`${url.username}:${url.password}`);
  const common = { method: "POST", headers, ...(auth === ":" ? {} : { auth }) };
  const proxy = proxyFor(url, options.proxy);
  if (url.protocol === "https:") {
    const socket = proxy === undefined ? undefined : await tunnel(proxy, url);
    const { certificatePem, clientCertificatePem, clientKeyPem } = options;
    return httpsRequest(url, {
      ...common,
      agent: false,
      ca: certificatePem ?? systemCertificates(options.extraCaPem),
      ...(clientCertificatePem === null ? {} : { cert: clientCertificatePem }),
      ...(clientKeyPem === null ? {} : { key: clientKeyPem }),
      ...(socket === undefined
        ? {}
        : { createConnection: () => tls.connect({ socket, servername: url.hostname }) }),
    });
  }
  if (proxy === undefined) return httpRequest(url, { ...common, agent: false });
  return httpRequest(proxy, {
    ...common,
    agent: false,
    path: url.href,
    headers: { ...headers, Host: url.host, ...proxyAuthorization(proxy) },
  });
}

async function tunnel(proxy: URL, target: URL): Promise<Socket> {
  const authority = `${target.hostname}:${target.port || "443"}`;
  const request = httpRequest(proxy, {
    method: "CONNECT",
    path: authority,
    agent: false,
    headers: { Host: authority, ...proxyAuthorization(proxy) },
  });
  return await new Promise((resolve, reject) => {
    request.once("connect", (response: IncomingMessage, socket: Socket) => {
      if (response.statusCode === 200) resolve(socket);
      else reject(refusal(response.statusCode));
    });
    request.once("error", reject);
    request.end();
  });
}

function refusal(status: number | undefined): Error {
  const error = new Error(`the proxy answered ${status} to CONNECT`);
  return Object.assign(error, { code: PROXY_REFUSAL });
}

function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === "") return {};
  const pair = decodeURIComponent(`${proxy.username}:${proxy.password}`);
  return { "Proxy-Authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** What the exporter trusts; Node by itself does not look at the system's store. */
function systemCertificates(extra: string | null): string[] {
  const newer = tls as { getCACertificates?(type: "system"): string[] };
  const system = newer.getCACertificates?.("system") ?? [];
  return [...tls.rootCertificates, ...system, ...(extra === null ? [] : [extra])];
}

async function answerTo(
  request: ClientRequest,
  body: Buffer,
  timeoutMs: number,
): Promise<IncomingMessage> {
  const waitMs = Math.min(timeoutMs, MAX_WAIT_MS);
  return await new Promise((resolve, reject) => {
    request.setTimeout(waitMs, () => {
      request.destroy(Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" }));
    });
    request.once("response", resolve);
    request.once("error", reject);
    request.end(body);
  });
}

async function messageOf(response: IncomingMessage, secrets: readonly string[]): Promise<string> {
  const isText = /^(?:text\/|application\/(?:[a-z.+-]*\+)?json)/i.test(
    response.headers["content-type"] ?? "",
  );
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) {
      chunks.push(chunk as Buffer);
      if (!isText || chunks.length > 10) break;
    }
  } catch {
    // What came before is still of use.
  }
  if (!isText) return "";
  let text = Buffer.concat(chunks).toString().replaceAll(/\s+/g, " ").trim();
  for (const secret of secrets) if (secret !== "") text = text.replaceAll(secret, "…");
  return text.slice(0, MAX_MESSAGE_CHARS);
}
