// An OTLP/HTTP collector for tests, the demo and the benches: takes what comes on 127.0.0.1,
// decodes it strictly, keeps it, and answers as it is told (see `behaviour.ts`). A span counts as
// received when the answer to its request is a 2xx; everything that arrived is in `requests`.
// Whatever is wrong with a request is a line in `problems`: a test ends by finding none there.

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { setTimeout as delay } from "node:timers/promises";

import { chooser, play, success, type Script } from "./behaviour.js";
import { decompress, readBody } from "./http-body.js";
import { Listener } from "./listener.js";
import { countSpans } from "./otlp-count.js";
import type { DecodedSpan } from "./otlp.js";
import { makeRecord, type RequestRecord } from "./request-record.js";
import { Watchers } from "./watchers.js";

export type { Behaviour } from "./behaviour.js";
export type { RequestRecord } from "./request-record.js";

export interface CollectorOptions {
  tls?: {
    key: string;
    cert: string;
    /** Demands a client certificate that this authority signed. */
    clientCa?: string;
  };
  /** Counts spans and keeps no request, so that a bench's collector costs little. */
  countOnly?: boolean;
  /** Keeps the ids of accepted spans even when only counting. */
  ids?: boolean;
  /** Sees each request first; true means that it has answered. */
  intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface CollectorStats {
  requests: number;
  /** Accepted ones. */
  spans: number;
  /** On the wire, and without content encoding. */
  bytes: number;
  decodedBytes: number;
  problems: string[];
  /** Distinct span ids among the accepted ones; null when they are not kept. */
  ids: number | null;
}

/** Generous: only a test that fails anyway waits so long. */
const DEFAULT_WAIT_MS = 10_000;

export async function startCollector(options: CollectorOptions = {}): Promise<Collector> {
  const collector = new Collector(options);
  await collector.listen();
  return collector;
}

export class Collector {
  /** Accepted spans in order of arrival. The array stays the same one; `reset` empties it. */
  readonly spans: DecodedSpan[] = [];
  readonly requests: RequestRecord[] = [];
  readonly problems: string[] = [];
  /** How long it takes over a request that it only counts. */
  slowMs = 0;
  readonly #options: CollectorOptions;
  readonly #listener: Listener;
  readonly #watchers = new Watchers();
  #choose: ReturnType<typeof chooser<RequestRecord>> = () => undefined;
  #spanIds = new Set<string>();
  #counts = { requests: 0, spans: 0, bytes: 0, decodedBytes: 0, abandoned: 0 };

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#listener = new Listener(createServer(options, this.#onRequest));
  }

  async listen(): Promise<void> {
    await this.#listener.listen();
  }

  get port(): number {
    return this.#listener.port;
  }

  get url(): string {
    return `${this.#options.tls === undefined ? "http" : "https"}://127.0.0.1:${this.port}`;
  }

  get openConnections(): number {
    return this.#listener.open;
  }

  /** Uploads that the client gave up; they are not in `requests`. */
  get abandonedUploads(): number {
    return this.#counts.abandoned;
  }

  stats(): CollectorStats {
    const { requests, spans, bytes, decodedBytes } = this.#counts;
    const ids = this.#keepsIds ? this.#spanIds.size : null;
    return { requests, spans, bytes, decodedBytes, problems: this.problems, ids };
  }

  respond(script: Script<RequestRecord>): void {
    this.#choose = chooser(script);
  }

  /** Resolves with the spans once at least `count` were accepted. */
  async waitForSpans(count: number, timeoutMs = DEFAULT_WAIT_MS): Promise<DecodedSpan[]> {
    await this.#watchers.wait(
      () => (this.#counts.spans >= count ? true : undefined),
      timeoutMs,
      () => `the collector has ${this.#counts.spans} of ${count} spans; ${this.#summary()}`,
    );
    return this.spans;
  }

  /** Resolves with the first request, past ones included, that `predicate` takes. */
  async waitForRequest(
    predicate: (record: RequestRecord) => boolean,
    timeoutMs = DEFAULT_WAIT_MS,
  ): Promise<RequestRecord> {
    return await this.#watchers.wait(
      () => this.requests.find(predicate),
      timeoutMs,
      () => `the collector saw no such request; ${this.#summary()}`,
    );
  }

  /** Resolves once `condition`, on anything that the collector shows, holds. */
  async waitUntil(condition: () => boolean, timeoutMs = DEFAULT_WAIT_MS): Promise<void> {
    await this.#watchers.wait(
      () => (condition() ? true : undefined),
      timeoutMs,
      () => `the condition does not hold; ${this.#summary()}`,
    );
  }

  /** Forgets what came and what it was told to answer. */
  reset(): void {
    this.spans.length = 0;
    this.requests.length = 0;
    this.problems.length = 0;
    this.#spanIds = new Set();
    this.#counts = { requests: 0, spans: 0, bytes: 0, decodedBytes: 0, abandoned: 0 };
    this.#choose = () => undefined;
  }

  async close(): Promise<void> {
    await this.#listener.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #keepsIds(): boolean {
    return this.#options.ids ?? this.#options.countOnly !== true;
  }

  readonly #onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    response.on("error", () => {}); // A client may leave in the middle of an answer.
    if (this.#options.intercept?.(request, response) === true) return;
    this.#handle(request, response).catch((error: unknown) => {
      this.problems.push(`the collector itself failed: ${String(error)}`);
      response.destroy();
    });
  };

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await readBody(request);
    if (raw === undefined) {
      this.#counts.abandoned += 1;
      this.#watchers.notify();
      return;
    }
    const contentType = request.headers["content-type"] ?? "";
    if (this.#options.countOnly === true) {
      if (this.slowMs > 0) await delay(this.slowMs);
      this.#count(request, raw, contentType);
      const { status, headers, body } = success(contentType);
      response.writeHead(status, headers).end(body);
      return;
    }
    const connection = this.#listener.numberOf(request.socket);
    const { record, fallback } = makeRecord(request, raw, this.requests.length, connection);
    this.#keep(record);
    const behaviour = (await this.#choose(record.index, record)) ?? fallback;
    record.status = await play(behaviour, {
      response,
      contentType,
      closing: this.#listener.closing,
      accept: (rejected) => this.#accept(record, rejected),
    });
    this.#watchers.notify();
  }

  #count(request: IncomingMessage, raw: Buffer, contentType: string): void {
    this.#counts.requests += 1;
    this.#counts.bytes += raw.length;
    try {
      const body = decompress(raw, request.headers["content-encoding"] ?? "");
      this.#counts.decodedBytes += body.length;
      const keep = this.#keepsIds ? (id: string) => this.#spanIds.add(id) : undefined;
      this.#counts.spans += countSpans(body, contentType, keep);
    } catch (error) {
      this.problems.push(String(error));
    }
    this.#watchers.notify();
  }

  #keep(record: RequestRecord): void {
    this.requests.push(record);
    this.problems.push(...record.problems.map((text) => `request ${record.index}: ${text}`));
    this.#counts.requests += 1;
    this.#counts.bytes += record.rawSize;
    this.#counts.decodedBytes += record.body.length;
    this.#watchers.notify();
  }

  #accept(record: RequestRecord, rejected: number): void {
    if (this.requests[record.index] !== record) return; // A reset came in between.
    record.accepted = true;
    const accepted = record.spans.slice(0, Math.max(0, record.spans.length - rejected));
    this.spans.push(...accepted);
    this.#counts.spans += accepted.length;
    if (this.#keepsIds) for (const span of accepted) this.#spanIds.add(span.spanId);
    this.#watchers.notify();
  }

  #summary(): string {
    const statuses = this.requests.map((record) => record.status).join(", ");
    const problems = this.problems.length === 0 ? "none" : this.problems.join("; ");
    return `${this.#counts.requests} requests (answered ${statuses}), problems: ${problems}`;
  }
}

function createServer(
  options: CollectorOptions,
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  if (options.tls === undefined) return createHttpServer(onRequest);
  const { key, cert, clientCa } = options.tls;
  const demand =
    clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  return createHttpsServer({ key, cert, ...demand }, onRequest);
}
