// What apps do with the client, each as a function that tells everything about it that an app can
// see. The contract test has each done with and without tracing.

import { once } from "node:events";

import { chat } from "../../support/model-server/chat.js";
import { faults } from "../../support/model-server/faults.js";
import { sequence } from "../../support/model-server/script.js";
import type { ModelServer } from "../../support/model-server/server.js";
import {
  chatHelpers,
  derive,
  type Client,
  type Create,
  type Fields,
  type Sdk,
  type SdkStream,
} from "./clients.js";

export interface Desk {
  readonly sdk: Sdk;
  readonly client: Client;
  readonly server: ModelServer;
}

export type Behaviour = (desk: Desk) => Promise<unknown>;

export const STORY = "Once upon a time there was a recorder that nobody noticed at all.";

export const question = {
  model: "gpt-4o-mini",
  messages: [{ role: "user", content: "Tell me a story" }],
};
const streamed = { ...question, stream: true };
const asked = { model: "gpt-4o-mini", input: "Tell me a story" };

export const behaviours: Readonly<Record<string, Behaviour>> = {
  "awaits a completion": ({ client }) => client.chat.completions.create(question),

  "awaits the same promise twice": async ({ client }) => {
    const promise = client.chat.completions.create(question);
    const [first, second] = [await promise, await promise];
    return [first, first === second];
  },

  "starts a call long before it awaits it": async ({ client, server }) => {
    const promise = client.chat.completions.create(question);
    await server.waitUntil(() => server.requests[0]?.outcome === "answered");
    await new Promise((resolve) => setImmediate(resolve));
    return await promise;
  },

  "uses then, catch and finally": async ({ client, server }) => {
    const said: string[] = [];
    const { create } = client.chat.completions;
    await client.chat.completions
      .create(question)
      .then(({ id }) => said.push(String(id)))
      .finally(() => said.push("finally"));
    server.reply(faults.status(400));
    await client.chat.completions
      .create(question)
      .catch((error: unknown) => said.push(String(error)))
      .finally(() => said.push("finally"));
    return [said, create.length, create.name];
  },

  "asks for the response too": async ({ client }) => {
    const { data, response, request_id } = await client.chat.completions
      .create(question)
      .withResponse();
    return [
      data,
      response.status,
      response.headers.get("x-request-id"),
      request_id,
      response.bodyUsed,
    ];
  },

  "asks for the response only": async ({ client }) => {
    const response = await client.chat.completions.create(question).asResponse();
    return [response.status, response.bodyUsed, await response.json()];
  },

  "asks for the response, then for its content": async ({ client }) => {
    const promise = client.chat.completions.create(question);
    const { status } = await promise.asResponse();
    return [status, await promise];
  },

  "asks for the response and reads it, then for its content": async ({ client }) => {
    const promise = client.chat.completions.create(question);
    const text = await (await promise.asResponse()).text();
    return [text, await outcome(promise)];
  },

  "derives a promise": async ({ client }) => {
    const promise = client.chat.completions.create(question);
    const derived = derive(
      derive(promise, ({ model }) => ({ model })),
      (it) => [it],
    );
    return [await derived, derived.constructor.name, (await derived.asResponse()).status];
  },

  "derives a promise and awaits the first one too": async ({ client }) => {
    const promise = client.chat.completions.create(question);
    const derived = derive(promise, ({ model }) => model);
    return await Promise.all([outcome(promise), outcome(derived)]);
  },

  "derives a promise that throws": ({ client }) =>
    outcome(
      derive(client.chat.completions.create(question), () => {
        throw new RangeError("not like this");
      }),
    ),

  "never awaits a call": async ({ client, server }) => {
    void client.chat.completions.create(question);
    await server.waitUntil(() => server.requests[0]?.outcome === "answered");
  },

  "looks at the promise": ({ client }) => {
    const promise = client.chat.completions.create(question);
    const seen = [
      promise.constructor.name,
      promise instanceof Promise,
      Object.keys(promise),
      "" + promise,
    ];
    return promise.then(() => seen);
  },

  "looks at the stream": async ({ client }) => {
    const stream = await client.chat.completions.create(streamed);
    const steps = stream.iterator();
    const first = await steps.next();
    const seen = [stream.constructor.name, Object.keys(stream), "" + stream, "" + steps, first];
    return [
      seen,
      Object.getPrototypeOf(steps) === Object.getPrototypeOf(stream.iterator()),
      await steps.return?.(),
    ];
  },

  "calls many times at once": async ({ client }) => {
    const calls = Array.from({ length: 20 }, (_, index) =>
      client.chat.completions.create({ ...question, user: String(index) }),
    );
    return (await Promise.all(calls)).map(({ choices }) => choices);
  },

  "parses structured output": async ({ client, server }) => {
    server.reply(chat.json({ answer: 42 }));
    const schema = { name: "answer", strict: true, schema: { type: "object", properties: {} } };
    const body = { ...question, response_format: { type: "json_schema", json_schema: schema } };
    return await chatHelpers(client).parse(body);
  },

  "parses and asks for the response": async ({ client }) => {
    const { data, response } = await chatHelpers(client).parse(question).withResponse();
    return [data, response.status];
  },

  "parses what the length cut off": async ({ client, server }) => {
    server.reply(chat.choice({ content: "{", finishReason: "length" }));
    const schema = { name: "answer", strict: true, schema: { type: "object", properties: {} } };
    const format = { type: "json_schema", json_schema: schema };
    return await outcome(chatHelpers(client).parse({ ...question, response_format: format }));
  },

  "lets the SDK run tools": async ({ client, server }) => {
    const call = { name: "add", arguments: { a: 1, b: 2 } };
    server.reply(sequence([chat.toolCalls([call]), chat.text("It is 3.")]));
    const added: unknown[] = [];
    const add = (numbers: unknown): string => {
      added.push(numbers);
      return "3";
    };
    const parameters = { type: "object", properties: { a: {}, b: {} } };
    const tool = { name: "add", parse: JSON.parse, function: add, description: "adds", parameters };
    const runner = chatHelpers(client).runTools({
      ...question,
      tools: [{ type: "function", function: tool }],
    });
    return [await runner.finalContent(), added];
  },

  "lets the SDK read a stream": async ({ client }) => {
    const runner = chatHelpers(client).stream(question);
    const contents: unknown[] = [];
    runner.on("content", (delta) => contents.push(delta));
    return [await runner.finalChatCompletion(), contents];
  },

  "aborts what the SDK reads": async ({ client, server }) => {
    const open = gate();
    server.reply(faults.held(chat.text(STORY), 3, open.passed));
    const runner = chatHelpers(client).stream(question);
    runner.on("content", () => runner.abort());
    const seen = await outcome(runner.done());
    open.pass();
    return [seen, await requestOutcome(server)];
  },

  "reads a stream": async ({ client }) => await all(await client.chat.completions.create(streamed)),

  "reads a stream with usage": async ({ client }) =>
    await all(
      await client.chat.completions.create({
        ...streamed,
        stream_options: { include_usage: true },
      }),
    ),

  "reads a stream of which it asks the response too": async ({ client }) => {
    const { data, response } = await client.chat.completions.create(streamed).withResponse();
    return [response.headers.get("content-type"), await all(data)];
  },

  "asks for the steps of a stream before it awaits them": async ({ client }) => {
    const steps = (await client.chat.completions.create(streamed)).iterator();
    const early = [steps.next(), steps.next(), steps.next()];
    return [await Promise.all(early), await steps.return?.(), await steps.next()];
  },

  "leaves a stream early": async ({ client, server }) => {
    const open = gate();
    server.reply(faults.held(chat.text(STORY), 4, open.passed));
    const seen: unknown[] = [];
    for await (const chunk of await client.chat.completions.create(streamed)) {
      seen.push(chunk);
      if (seen.length === 2) break;
    }
    const left = await requestOutcome(server);
    open.pass();
    return [seen, left];
  },

  "throws while it reads a stream": async ({ client, server }) => {
    const open = gate();
    server.reply(faults.held(chat.text(STORY), 4, open.passed));
    const seen = await outcome(
      (async () => {
        for await (const chunk of await client.chat.completions.create(streamed)) {
          throw new RangeError(String(chunk["object"]));
        }
      })(),
    );
    const left = await requestOutcome(server);
    open.pass();
    return [seen, left];
  },

  "aborts a stream by its controller": async ({ client, server }) => {
    const open = gate();
    server.reply(faults.held(chat.text(STORY), 4, open.passed));
    const stream = await client.chat.completions.create(streamed);
    const seen: unknown[] = [];
    for await (const chunk of stream) {
      seen.push(chunk);
      if (seen.length === 3) stream.controller.abort();
    }
    const left = await requestOutcome(server);
    open.pass();
    return [seen, left];
  },

  "aborts a stream by a signal": async ({ client, server }) => {
    const open = gate();
    server.reply(faults.held(chat.text(STORY), 4, open.passed));
    const { signal, abort } = aborting();
    const stream = await client.chat.completions.create(streamed, { signal });
    const seen: unknown[] = [];
    for await (const chunk of stream) {
      seen.push(chunk);
      if (seen.length === 3) abort();
    }
    const left = await requestOutcome(server);
    open.pass();
    return [seen, left];
  },

  "aborts before the answer": async ({ client, server }) => {
    server.reply(faults.hang());
    const { signal, abort } = aborting();
    const promise = client.chat.completions.create(question, { signal });
    await server.waitForRequest();
    abort();
    return [await outcome(promise), await requestOutcome(server)];
  },

  "aborts before the request": async ({ client, server }) => {
    const signal = AbortSignal.abort();
    return [await outcome(client.chat.completions.create(question, { signal })), server.arrived];
  },

  "reads both halves of a stream": async ({ client }) => {
    const [left, right] = (await client.chat.completions.create(streamed)).tee();
    return [await all(left), await all(right)];
  },

  "reads a stream as bytes": async ({ client }) => {
    const stream = await client.chat.completions.create(streamed);
    return await new Response(stream.toReadableStream()).text();
  },

  "cancels a stream of bytes": async ({ client, server }) => {
    const open = gate();
    server.reply(faults.held(chat.text(STORY), 4, open.passed));
    const reader = (await client.chat.completions.create(streamed)).toReadableStream().getReader();
    const { done } = await reader.read();
    await reader.cancel();
    const left = await requestOutcome(server);
    open.pass();
    return [done, left];
  },

  "reads a stream twice": async ({ client }) => {
    const stream = await client.chat.completions.create(streamed);
    return [await all(stream), await outcome(all(stream))];
  },

  "sends a wrong request": ({ client, server }) => {
    server.reply(faults.status(400));
    return outcome(client.chat.completions.create(question));
  },

  "sends a wrong key": ({ client, server }) => {
    server.reply(faults.status(401));
    return outcome(client.chat.completions.create(question));
  },

  "is turned away once": async ({ client, server }) => {
    server.reply(faults.rateLimited(1, chat.text(STORY)));
    return [await client.chat.completions.create(question), server.arrived];
  },

  "meets a server that fails": async ({ client, server }) => {
    server.reply(faults.status(500, { retryAfterSeconds: 0.001 }));
    return [await outcome(client.chat.completions.create(question)), server.arrived];
  },

  "waits for too long": async ({ client, server }) => {
    server.reply(faults.hang());
    const options = { timeout: 50, maxRetries: 0 };
    return await outcome(client.chat.completions.create(question, options));
  },

  "meets a connection that is reset": async ({ client, server }) => {
    server.reply(faults.reset());
    return await outcome(client.chat.completions.create(question, { maxRetries: 0 }));
  },

  "meets a reset amid a stream": async ({ client, server }) => {
    server.reply(faults.cut(chat.text(STORY), { after: 3 }));
    return await untilItFails(await client.chat.completions.create(streamed));
  },

  "meets a stream that ends too early": async ({ client, server }) => {
    server.reply(faults.cut(chat.text(STORY), { after: 3, how: "end" }));
    return await untilItFails(await client.chat.completions.create(streamed));
  },

  "meets a malformed event": async ({ client, server }) => {
    server.reply(faults.malformedEvent(chat.text(STORY)));
    return await untilItFails(await client.chat.completions.create(streamed));
  },

  "meets an error event": async ({ client, server }) => {
    server.reply(faults.errorEvent(chat.text(STORY)));
    return await untilItFails(await client.chat.completions.create(streamed));
  },

  "meets invalid JSON": ({ client, server }) => {
    server.reply(faults.invalidJson());
    return outcome(client.chat.completions.create(question));
  },

  "meets an empty body": ({ client, server }) => {
    server.reply(faults.emptyBody());
    return outcome(client.chat.completions.create(question));
  },

  "meets a proxy's page": ({ client, server }) => {
    server.reply(faults.html());
    return outcome(client.chat.completions.create(question, { maxRetries: 0 }));
  },

  "passes no body": async ({ client }) => [
    await outcome(async () => await client.chat.completions.create()),
    await outcome(async () => await client.chat.completions.create(null)),
    await outcome(async () => await client.chat.completions.create("hello")),
  ],

  "passes what is no message": async ({ client }) => [
    await outcome(client.chat.completions.create({ ...question, messages: null })),
    await outcome(client.chat.completions.create({ ...question, messages: "hello" })),
    await outcome(client.chat.completions.create({ ...question, messages: [null, 7, []] })),
  ],

  "passes what has no JSON": async ({ client }) => {
    const cyclic: Fields = { ...question };
    cyclic["metadata"] = cyclic;
    const throwing = Object.defineProperty({ ...question }, "user", {
      enumerable: true,
      get: () => {
        throw new RangeError("no user");
      },
    });
    const bigint = { ...question, seed: 7n };
    return [
      await outcome(async () => await client.chat.completions.create(cyclic)),
      await outcome(async () => await client.chat.completions.create(throwing)),
      await outcome(async () => await client.chat.completions.create(bigint)),
    ];
  },

  "goes on changing its messages": async ({ client }) => {
    const messages = [{ role: "user", content: "One" }];
    const first = client.chat.completions.create({ ...question, messages });
    messages.push({ role: "user", content: "Two" });
    return await first;
  },

  "asks for a response": ({ client }) => client.responses.create(asked),
  "parses a response": ({ client }) => client.responses.parse(asked),
  "reads the events of a response": async ({ client }) =>
    await all(await client.responses.create({ ...asked, stream: true })),
  "lets the SDK read a response": ({ client }) => client.responses.stream(asked).finalResponse(),

  "waits for a background response": async ({ client }) => {
    let response: Fields = await client.responses.create({ ...asked, background: true });
    const seen = [response];
    while (response["status"] !== "completed" && seen.length < 9) {
      response = await client.responses.retrieve(String(response["id"]));
      seen.push(response);
    }
    return seen;
  },

  "compacts a conversation": async ({ client }) =>
    client.responses.compact === undefined
      ? "cannot"
      : await client.responses.compact({ model: "gpt-4o-mini", input: "Tell me" }),

  "embeds texts": async ({ client }) => {
    const body = { model: "text-embedding-3-small", input: ["one", "two"] };
    return [
      await client.embeddings.create(body),
      await client.embeddings.create({ ...body, encoding_format: "float" }),
      await client.embeddings.create({ ...body, encoding_format: "base64" }),
    ];
  },

  "completes a text": async ({ client }) => {
    const body = { model: "gpt-3.5-turbo-instruct", prompt: "And so" };
    return [
      await client.completions.create(body),
      await all(await client.completions.create({ ...body, stream: true })),
    ];
  },

  "makes images": async ({ client }) => [
    await client.images.generate({ model: "dall-e-3", prompt: "a cat" }),
    await client.images.generate({ model: "gpt-image-1", prompt: "a cat" }),
  ],

  "sends files": async ({ client, sdk }) => {
    const file = async (name: string, type: string): Promise<unknown> =>
      await sdk.toFile(Buffer.from("not really"), name, { type });
    return [
      await client.images.edit({
        model: "gpt-image-1",
        image: [await file("cat.png", "image/png"), await file("hat.png", "image/png")],
        prompt: "a cat with a hat",
      }),
      await client.images.createVariation({ image: await file("cat.png", "image/png") }),
      await client.audio.transcriptions.create({
        model: "whisper-1",
        file: await file("said.mp3", "audio/mpeg"),
      }),
      await client.audio.transcriptions.create({
        model: "whisper-1",
        file: new Response("sound", { headers: { "content-type": "audio/mpeg" } }),
        response_format: "text",
      }),
      await client.audio.translations.create({
        model: "whisper-1",
        file: await file("dit.mp3", "audio/mpeg"),
      }),
    ];
  },

  "lets a text be spoken": async ({ client }) => {
    const body = { model: "tts-1", voice: "alloy", input: "Hello" };
    const response = await client.audio.speech.create(body);
    const { status, bodyUsed } = response;
    return [status, bodyUsed, (await response.arrayBuffer()).byteLength];
  },

  "moderates a text": ({ client }) =>
    client.moderations.create({ model: "omni-moderation-latest", input: "I like cats" }),

  "uses its own fetch": async ({ sdk, server }) => {
    const seen: unknown[] = [];
    const fetching = async (url: string, init: RequestInit): Promise<Response> => {
      seen.push([new URL(url).pathname, init.method]);
      return await fetch(url, init);
    };
    const client = new sdk.OpenAI({ apiKey: "key", baseURL: server.url, fetch: fetching });
    return [await client.chat.completions.create(question), seen];
  },

  "has a client of Azure": async ({ sdk, server }) => {
    const client = new sdk.AzureOpenAI({
      apiKey: "key",
      endpoint: server.url.replace("/v1", ""),
      apiVersion: "2024-10-21",
      deployment: "story",
    });
    return await client.chat.completions.create(question);
  },

  "has a subclass of its own": async ({ sdk, server }) => {
    class OwnClient extends sdk.OpenAI {
      readonly mine = true;
    }
    const client = new OwnClient({ apiKey: "key", baseURL: server.url });
    return [client.mine, await client.chat.completions.create(question)];
  },

  "has a proxy of the client": async ({ client }) => {
    const watched = (target: object): object =>
      new Proxy(target, {
        get: (from, key) => {
          const value: unknown = Reflect.get(from, key, from);
          return typeof value === "object" && value !== null ? watched(value) : value;
        },
      });
    return await (watched(client.chat) as Client["chat"]).completions.create(question);
  },

  "has put a function of its own in the method's place": async ({ client }) => {
    const { completions } = client.chat;
    const { create } = completions;
    const own: Create = (body, options) => create.call(completions, body, options);
    Object.assign(completions, { create: own });
    return await completions.create(question);
  },
};

async function all(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const chunk of stream) seen.push(chunk);
  return seen;
}

async function untilItFails(stream: SdkStream): Promise<unknown> {
  const seen: unknown[] = [];
  const failed = await outcome(
    (async () => {
      for await (const chunk of stream) seen.push(chunk);
    })(),
  );
  return [seen, failed];
}

/** What came of it, an error with all that it says. */
export async function outcome(work: Promise<unknown> | (() => Promise<unknown>)): Promise<unknown> {
  try {
    return { value: await (typeof work === "function" ? work() : work) };
  } catch (error) {
    if (!(error instanceof Error)) return { thrown: error };
    const { name, message, constructor, cause, ...fields } = error as Error & Fields;
    const { headers: _headers, ...told } = fields;
    return { error: constructor.name, name, message, told, cause: cause && String(cause) };
  }
}

async function requestOutcome(server: ModelServer): Promise<unknown> {
  await server.waitUntil(() => server.requests.every(({ outcome: how }) => how !== "pending"));
  return server.requests.map(({ outcome: how }) => how);
}

function gate(): { passed: Promise<unknown>; pass(): void } {
  const opening = new AbortController();
  return { passed: once(opening.signal, "abort"), pass: () => opening.abort() };
}

function aborting(): { signal: AbortSignal; abort(): void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
