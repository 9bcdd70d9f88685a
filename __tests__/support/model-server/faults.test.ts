// What goes wrong, as the real clients meet it: errors with their fields, retries, aborts, and
// replies that break off, stall or make no sense.

import assert from "node:assert/strict";
import { test } from "node:test";

import { chat } from "./chat.js";
import {
  at,
  collect,
  INSTALLED,
  type Client,
  type EventStream,
  type OpenAiModule,
} from "./clients.js";
import { faults } from "./faults.js";
import { responses } from "./responses.js";
import { sequence } from "./script.js";
import { startModelServer, type ModelServer } from "./server.js";

interface Tried {
  /** Tries twice more than once. */
  client: Client;
  server: ModelServer;
  module: OpenAiModule;
  major: number;
}

/** One form of each major is enough: the fetching is the same in both. */
function onEach(what: string, use: (tried: Tried) => Promise<void>): void {
  for (const { name, load, form, major } of INSTALLED) {
    if (form === "CommonJS") continue;
    test(`${what}: ${name}`, async () => {
      await using server = await startModelServer();
      const module = await load();
      const client = new module.OpenAI({ apiKey: "sk-test", baseURL: server.url, maxRetries: 2 });
      await use({ client, server, module, major });
      assert.deepEqual(server.problems, []);
    });
  }
}

const body = { model: "gpt-4o-mini", messages: [{ role: "user", content: "Hello." }] };
const once = { maxRetries: 0 };
const streamed = { ...body, stream: true };

/** What arrived of a stream, and how it ended. */
async function read(stream: unknown): Promise<{ content: string; error: unknown }> {
  let content = "";
  try {
    for await (const event of stream as EventStream) {
      content += String(at(event, "choices", 0, "delta", "content") ?? "");
    }
  } catch (error) {
    return { content, error };
  }
  return { content, error: undefined };
}

onEach("an error has its status, code and request id", async ({ client, server, module }) => {
  for (const [status, code] of [
    [400, "invalid_value"],
    [401, "invalid_api_key"],
    [403, null],
    [404, "model_not_found"],
    [429, "rate_limit_exceeded"],
    [500, null],
    [503, null],
  ] as const) {
    server.reset();
    server.reply(faults.status(status));
    const error: unknown = await client.chat.completions
      .create(body, once)
      .catch((e: unknown) => e);
    assert.ok(error instanceof module.APIError);
    assert.equal(at(error, "status"), status);
    assert.equal(at(error, "code"), code);
    assert.equal(at(error, "requestID") ?? at(error, "request_id"), "req_0001");
  }
});

onEach("a request that is limited twice succeeds at the third try", async ({ client, server }) => {
  server.reply(faults.rateLimited(2, chat.text("At last.")));
  const completion = await client.chat.completions.create(body);
  assert.equal(at(completion, "choices", 0, "message", "content"), "At last.");
  assert.deepEqual(
    server.requests.map(({ status, headers }) => [status, headers["x-stainless-retry-count"]]),
    [
      [429, "0"],
      [429, "1"],
      [200, "2"],
    ],
  );
});

onEach("a connection that is reset is tried again", async ({ client, server }) => {
  server.reply(sequence([faults.reset(), chat.text("Now.")]));
  const completion = await client.chat.completions.create(body);
  assert.equal(at(completion, "choices", 0, "message", "content"), "Now.");
  assert.deepEqual(
    server.requests.map(({ outcome, status }) => [outcome, status]),
    [
      ["cut", 0],
      ["answered", 200],
    ],
  );
});

onEach("a server that hangs runs into the client's timeout", async ({ client, server }) => {
  server.reply(faults.hang());
  const sent = client.chat.completions.create(body, { ...once, timeout: 20 });
  await assert.rejects(sent, /timed out/i);
});

onEach("a reset in the middle of a stream keeps what had arrived", async ({ client, server }) => {
  server.reply(faults.cut(chat.text("one two three four"), { after: 3 }));
  const { content, error } = await read(await client.chat.completions.create(streamed));
  assert.equal(content, "one two");
  assert.ok(error instanceof Error);
  assert.equal(server.requests[0]?.outcome, "cut");
});

onEach("a body that is reset in the middle is an error", async ({ client, server, major }) => {
  server.reply(faults.cut(chat.text("one two three"), { after: 40, unit: "bytes" }));
  const sent = client.chat.completions.create(body, once);
  // The fetch that version 4 brings along never notices.
  if (major > 4) await assert.rejects(sent, Error);
  await server.waitUntil(() => server.requests[0]?.outcome === "cut");
});

onEach("a stream that ends early and properly is shorter", async ({ client, server }) => {
  server.reply(faults.cut(chat.text("one two three"), { after: 2, how: "end" }));
  const { content, error } = await read(await client.chat.completions.create(streamed));
  assert.deepEqual({ content, error }, { content: "one", error: undefined });
  server.reply(faults.withoutDone(chat.text("one two three")));
  const whole = await read(await client.chat.completions.create(streamed));
  assert.deepEqual(whole, { content: "one two three", error: undefined });
});

onEach("an early break aborts the request", async ({ client, server }) => {
  server.reply(faults.cut(chat.text("one two three"), { after: 2, how: "hang" }));
  const stream = (await client.chat.completions.create(streamed)) as EventStream;
  for await (const event of stream)
    if (at(event, "choices", 0, "delta", "content") === "one") break;
  assert.equal(stream.controller.signal.aborted, true);
  await server.waitUntil(() => server.requests[0]?.outcome === "left");
});

onEach("an abort before the head is the caller's error", async ({ client, server }) => {
  const abort = new AbortController();
  server.reply(faults.hang());
  const sent = client.chat.completions.create(body, { signal: abort.signal });
  sent.catch(() => {});
  await server.waitForRequest();
  abort.abort();
  await assert.rejects(sent, /aborted/i);
});

onEach("what makes no sense is an error or nothing", async ({ client, server }) => {
  server.reply(faults.invalidJson());
  await assert.rejects(client.chat.completions.create(body, once), /JSON/);
  server.reply(faults.html());
  await assert.rejects(client.chat.completions.create(body, once), { status: 502 });
  server.reply(faults.emptyBody());
  await client.chat.completions.create(body, once).catch(() => {}); // Versions differ.
  server.reply(faults.emptyStream());
  assert.deepEqual(await collect(await client.chat.completions.create(streamed)), []);
  server.reply(faults.malformedEvent(chat.text("one two three")));
  const warned = console.error;
  console.error = () => {}; // The clients print what they cannot parse.
  const { content, error } = await read(await client.chat.completions.create(streamed));
  console.error = warned;
  assert.equal(content, "one");
  assert.ok(error instanceof SyntaxError);
});

onEach("an error within a stream is thrown", async ({ client, server, module }) => {
  server.reply(faults.errorEvent(chat.text("one two three")));
  const { content, error } = await read(await client.chat.completions.create(streamed));
  assert.equal(content, "one");
  assert.ok(error instanceof module.APIError);
});

onEach("a stream's bytes may be cut anywhere", async ({ client, server }) => {
  server.reply(faults.fragmented(chat.text("Zürich 🏔 and so on"), 7));
  const { content } = await read(await client.chat.completions.create(streamed));
  assert.equal(content, "Zürich 🏔 and so on");
});

onEach("a chunk can be held back until something has happened", async ({ client, server }) => {
  const { promise, resolve } = withResolvers();
  server.reply(faults.held(chat.text("one two"), 2, promise));
  let content = "";
  for await (const event of (await client.chat.completions.create(streamed)) as EventStream) {
    content += String(at(event, "choices", 0, "delta", "content") ?? "");
    if (content !== "one") continue;
    assert.equal(server.requests[0]?.outcome, "pending");
    resolve();
  }
  assert.equal(content, "one two");
});

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

onEach("a slow answer takes its time at the head and at each chunk", async ({ client, server }) => {
  const startedAt = performance.now();
  server.reply(faults.paced(chat.text("one two"), { headMs: 20, chunkMs: 5 }));
  const events = await collect(await client.chat.completions.create(streamed));
  assert.ok(performance.now() - startedAt >= 20 + 5 * events.length - 5);
});

onEach("a huge answer arrives whole", async ({ client, server }) => {
  const text = "All work and no play. ".repeat(300_000);
  server.reply(responses.text(text));
  const response = await client.responses.create({ model: "gpt-4o", input: "Write." });
  assert.equal(at(response, "output_text"), text);
});

onEach("what is wrong with a request is said as the API says it", async ({ client, module }) => {
  const { chat: api, responses: others } = client;
  const wrong: [() => Promise<unknown>, object][] = [
    [() => api.completions.create({ model: "gpt-4o" }), { status: 400, param: "messages" }],
    [() => api.completions.create({ ...body, messages: "Hi" }), { code: "invalid_type" }],
    [() => api.completions.create({ messages: [] }), { status: 400, param: "model" }],
    [() => others.create({ model: "gpt-4o", conversation: "conv_none" }), { status: 404 }],
    [() => client.embeddings.create({ model: "text-embedding-3-small" }), { param: "input" }],
  ];
  for (const [send, expected] of wrong) {
    await assert.rejects(send, expected);
    await assert.rejects(send, module.APIError);
  }
});

test("a script that throws is a problem and no retry", async () => {
  const [installed] = INSTALLED;
  assert.ok(installed);
  await using server = await startModelServer();
  const { OpenAI } = await installed.load();
  const client = new OpenAI({ apiKey: "sk-test", baseURL: server.url });
  server.reply(() => {
    throw new RangeError("no such answer");
  });
  await assert.rejects(client.chat.completions.create(body), /RangeError: no such answer/);
  assert.equal(server.requests.length, 1);
  assert.match(server.problems.join(), /^request 0: RangeError: no such answer$/);
});

test("closing the server ends what hangs", async () => {
  const server = await startModelServer();
  server.reply(faults.hang());
  const sent = fetch(`${server.url}/models`);
  sent.catch(() => {});
  await server.waitForRequest();
  assert.equal(server.openConnections, 1);
  await server.close();
  await assert.rejects(sent);
});

test("who sends no key and who calls what is not there are refused", async () => {
  await using server = await startModelServer();
  assert.equal((await fetch(`${server.url}/models`)).status, 401);
  const reply = await fetch(`${server.url}/nothing`, { headers: { "api-key": "azure" } });
  assert.equal(reply.status, 404);
  assert.match(await reply.text(), /Invalid URL \(GET \/v1\/nothing\)/);
});
