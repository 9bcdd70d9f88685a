// The real clients of all installed versions, for tests that run the same calls on each: as little
// of their types as all versions have in common.

import { OPENAI_SDKS, sdk, type OpenAiSdk } from "../sdks.js";

interface Sent<T> extends Promise<T> {
  asResponse(): Promise<Response>;
  withResponse(): Promise<{ data: T; response: Response; request_id?: string }>;
}

type Call<T = unknown> = (body: object, options?: object) => Sent<T>;
type Lookup<T = unknown> = (id: string, ...rest: object[]) => Sent<T>;

export interface EventStream extends AsyncIterable<unknown> {
  controller: AbortController;
}

export interface Client {
  chat: { completions: { create: Call } };
  responses: {
    create: Call;
    retrieve: Lookup;
    delete: Lookup;
    del: Lookup;
    inputItems: { list: Lookup };
  };
  embeddings: { create: Call };
  completions: { create: Call };
  images: { generate: Call; edit: Call };
  audio: {
    speech: { create: Call<Response> };
    transcriptions: { create: Call };
    translations: { create: Call };
  };
  moderations: { create: Call };
  models: { list(): Promise<{ data: unknown[] }>; retrieve: Lookup };
}

export interface OpenAiModule {
  OpenAI: new (options: object) => Client;
  APIError: new (...args: never) => Error;
  toFile(content: Uint8Array, name: string): Promise<unknown>;
}

export interface Installed {
  name: OpenAiSdk;
  major: number;
  form: "ESM" | "CommonJS";
  label: string;
  load(): Promise<OpenAiModule>;
}

export const INSTALLED: readonly Installed[] = OPENAI_SDKS.flatMap((name) =>
  (["ESM", "CommonJS"] as const).map((form) => ({
    name,
    major: Number(name.split("-")[1]),
    form,
    label: `${name} as ${form}`,
    load: async () => {
      const { importEsm, requireCjs } = sdk(name);
      return (form === "ESM" ? await importEsm() : requireCjs()) as OpenAiModule;
    },
  })),
);

/** What is at that place in an answer; undefined where there is no such place. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<string | number, unknown>)[key];
  }
  return found;
}

export async function collect(stream: unknown): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const event of stream as EventStream) events.push(event);
  return events;
}
