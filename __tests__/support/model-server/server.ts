// A server that plays the API of OpenAI on 127.0.0.1 as scripts tell it, and by default as a model
// that follows rules. Everything that was asked is in `requests`. For tests in this process; benches
// and the demo start it in another one, see `remote-server.ts`.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

import { readBody } from "../http-body.js";
import { Listener } from "../listener.js";
import { Watchers } from "../watchers.js";
import { defaultReply } from "./defaults.js";
import { deliver } from "./delivery.js";
import { errorReply } from "./faults.js";
import { Ids } from "./ids.js";
import type { Reply } from "./reply.js";
import { makeRequest, type ModelRequest } from "./request.js";
import { ResponseStore } from "./response-store.js";
import { when, type Condition, type Desk, type Script } from "./script.js";

export interface ModelServerOptions {
  /** Answers every request that no script is set for. */
  script?: Script;
  /** False keeps none, so that a bench's server does not grow. */
  keepRequests?: boolean;
  /** Sees each request first; true means that it has answered. */
  intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Generous: only a test that fails anyway waits so long. */
const DEFAULT_WAIT_MS = 10_000;

export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const server = new ModelServer(options);
  await server.listen();
  return server;
}

export class ModelServer {
  /** In order of arrival. The array stays the same one; `reset` empties it. */
  readonly requests: ModelRequest[] = [];
  /** What is wrong with a script: a test ends by finding none here. */
  readonly problems: string[] = [];
  readonly #options: ModelServerOptions;
  readonly #listener: Listener;
  readonly #watchers = new Watchers();
  #desk: Desk = { ids: new Ids(), store: new ResponseStore() };
  #ids = this.#desk.ids;
  #scripts: Script[] = [];
  #arrived = 0;

  constructor(options: ModelServerOptions) {
    this.#options = options;
    const server = createServer((request, response) => void this.#serve(request, response));
    this.#listener = new Listener(server);
    this.reset();
  }

  async listen(): Promise<void> {
    await this.#listener.listen();
  }

  get port(): number {
    return this.#listener.port;
  }

  /** What a client takes as its base URL. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  get openConnections(): number {
    return this.#listener.open;
  }

  /** How many requests came, kept or not. */
  get arrived(): number {
    return this.#arrived;
  }

  /** From now on this script is asked first; those before it answer what it leaves. */
  reply(script: Script): void {
    this.#scripts.unshift(script);
  }

  replyTo(condition: Condition, script: Script): void {
    this.reply(when(condition, script));
  }

  /** Forgets requests, scripts and responses, and counts ids from the beginning. */
  reset(): void {
    const { script } = this.#options;
    this.requests.length = 0;
    this.problems.length = 0;
    this.#arrived = 0;
    this.#scripts = script === undefined ? [] : [script];
    this.#ids = new Ids();
    this.#desk = { ids: this.#ids, store: new ResponseStore() };
  }

  /** Resolves with the first request, past ones included, that `predicate` takes. */
  async waitForRequest(
    predicate: (request: ModelRequest) => boolean = () => true,
    timeoutMs = DEFAULT_WAIT_MS,
  ): Promise<ModelRequest> {
    return await this.#watchers.wait(
      () => this.requests.find(predicate),
      timeoutMs,
      () => `the model server saw no such request; ${this.#summary()}`,
    );
  }

  /** Resolves once `condition`, on anything that the server shows, holds. */
  async waitUntil(condition: () => boolean, timeoutMs = DEFAULT_WAIT_MS): Promise<void> {
    await this.#watchers.wait(
      () => (condition() ? true : undefined),
      timeoutMs,
      () => `the model server is not as awaited; ${this.#summary()}`,
    );
  }

  async close(): Promise<void> {
    await this.#listener.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#options.intercept?.(message, response) === true) return;
    const raw = await readBody(message);
    if (raw === undefined) return;
    const index = this.#arrived;
    this.#arrived += 1;
    this.#ids.tick();
    const connection = this.#listener.numberOf(message.socket);
    const request = await makeRequest(message, raw, index, connection);
    if (this.#options.keepRequests !== false) this.requests.push(request);
    this.#watchers.notify();
    try {
      const reply = withStandardHeaders(await this.#answer(request), request);
      if (reply.mute !== true) request.status = reply.status;
      request.outcome = await deliver(reply, response, this.#listener.closing);
    } catch (error) {
      this.problems.push(`request ${request.index}: ${String(error)}`);
      response.destroy();
    }
    this.#watchers.notify();
  }

  async #answer(request: ModelRequest): Promise<Reply> {
    const desk = this.#desk;
    try {
      for (const script of this.#scripts) {
        const reply = await script(request, desk);
        if (reply !== undefined) return reply;
      }
    } catch (error) {
      this.problems.push(`request ${request.index}: ${String(error)}`);
      return errorReply(400, { message: `The script failed: ${String(error)}` });
    }
    return await defaultReply(request, desk);
  }

  #summary(): string {
    const seen = this.requests.map(({ method, path, status, outcome }) => {
      return `${method} ${path} (${status}, ${outcome})`;
    });
    const problems = this.problems.length === 0 ? "none" : this.problems.join("; ");
    return `requests: ${seen.join(", ") || "none"}, problems: ${problems}`;
  }
}

/** What the API sends with every answer, errors included. */
function withStandardHeaders(reply: Reply, { requestId }: ModelRequest): Reply {
  const standard = {
    "x-request-id": requestId,
    "openai-version": "2020-10-01",
    "openai-organization": "mock-organization",
    "openai-processing-ms": "12",
  };
  return { ...reply, headers: { ...standard, ...reply.headers } };
}
