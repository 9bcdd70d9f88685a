// The openai package in its versions and forms, and as much of its types as the tests use.

import { realpathSync } from "node:fs";
import { createRequire } from "node:module";

import { OPENAI_SDKS, sdk, type OpenAiSdk } from "../../support/sdks.js";

export interface ApiPromise<T> extends Promise<T> {
  asResponse(): Promise<Response>;
  withResponse(): Promise<{ data: T; response: Response; request_id?: string | null }>;
  _thenUnwrap<U>(transform: (value: T) => U): ApiPromise<U>;
}

export interface SdkStream extends AsyncIterable<Fields> {
  controller: AbortController;
  iterator(): AsyncIterator<Fields>;
  tee(): [SdkStream, SdkStream];
  toReadableStream(): ReadableStream<Uint8Array>;
}

export type Fields = Record<string, unknown>;

/** What resolves to an answer, or to a stream when the body asks for one. */
export type Create = (body?: unknown, options?: Fields) => ApiPromise<Fields & SdkStream>;

interface Runner extends AsyncIterable<Fields> {
  done(): Promise<void>;
  on(event: string, listener: (value: unknown) => void): this;
  abort(): void;
  finalChatCompletion(): Promise<Fields>;
  finalContent(): Promise<string | null>;
  finalResponse(): Promise<Fields>;
}

export interface ChatHelpers {
  parse: Create;
  stream(body: Fields, options?: Fields): Runner;
  runTools(body: Fields, options?: Fields): Runner;
}

export interface Client {
  baseURL: string;
  chat: { completions: { create: Create } & ChatHelpers };
  beta: { chat?: { completions: ChatHelpers } };
  responses: {
    create: Create;
    parse: Create;
    stream(body: Fields): Runner;
    retrieve(id: string, query?: Fields): ApiPromise<Fields & SdkStream>;
    compact?: Create;
  };
  embeddings: { create: Create };
  completions: { create: Create };
  images: { generate: Create; edit: Create; createVariation: Create };
  audio: {
    speech: { create: (body: Fields) => ApiPromise<Response> };
    transcriptions: { create: Create };
    translations: { create: Create };
  };
  moderations: { create: Create };
}

export type ClientClass = new (options: Fields) => Client;

export interface Sdk {
  readonly name: OpenAiSdk;
  readonly major: number;
  readonly version: string;
  /** What the package's import or `require()` gives. */
  readonly module: Fields;
  readonly OpenAI: ClientClass;
  readonly AzureOpenAI: ClientClass;
  readonly toFile: (bytes: Uint8Array, name: string, options?: Fields) => Promise<unknown>;
}

export const FORMS = ["ESM", "CommonJS"] as const;
export type Form = (typeof FORMS)[number];

export const SDKS = OPENAI_SDKS.flatMap((name) => FORMS.map((form) => [name, form] as const));

export async function loadSdk(name: OpenAiSdk, form: Form): Promise<Sdk> {
  const installed = sdk(name);
  return describeSdk(name, form === "ESM" ? await installed.importEsm() : installed.requireCjs());
}

/** A copy of its own, which nobody has instrumented. */
export function freshSdk(name: OpenAiSdk): Sdk {
  const { path, requireCjs } = sdk(name);
  const { cache } = createRequire(import.meta.url);
  for (const file of Object.keys(cache).filter((key) => key.startsWith(realpathSync(path)))) {
    delete cache[file];
  }
  return describeSdk(name, requireCjs());
}

export function describeSdk(name: OpenAiSdk, module: unknown): Sdk {
  const { version } = sdk(name);
  const exports = module as Fields & Pick<Sdk, "OpenAI" | "AzureOpenAI" | "toFile">;
  const { OpenAI, AzureOpenAI, toFile } = exports;
  const major = Number.parseInt(version, 10);
  return { name, major, version, module: exports, OpenAI, AzureOpenAI, toFile };
}

/** Version 4 keeps them apart. */
export function chatHelpers(client: Client): ChatHelpers {
  return client.beta.chat?.completions ?? client.chat.completions;
}

/** What the SDK's own helpers do to look into an answer. */
export function derive<T, U>(promise: ApiPromise<T>, transform: (value: T) => U): ApiPromise<U> {
  return promise["_thenUnwrap"](transform);
}
