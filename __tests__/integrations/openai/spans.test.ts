// The span of a call: one for each, in its place in the tree, with what came of the call.

import assert from "node:assert/strict";
import { File } from "node:buffer";

import { trace } from "@opentelemetry/api";

import { isChildOf, spanNamed } from "../../capture/traced.js";
import { chat } from "../../support/model-server/chat.js";
import { faults } from "../../support/model-server/faults.js";
import { responses } from "../../support/model-server/responses.js";
import { sequence } from "../../support/model-server/script.js";
import { outcome, question } from "./behaviours.js";
import { chatHelpers, type Client } from "./clients.js";
import { testCalls } from "./round.js";

const UNSET = 0;
const ERROR = 2;
const CLIENT = 3;

const speech = { model: "tts-1", voice: "alloy" };

const calls: readonly [name: string, call: (client: Client) => Promise<unknown>][] = [
  ["OpenAI Chat Completions", (it) => it.chat.completions.create(question)],
  ["OpenAI Responses", (it) => it.responses.create({ model: "gpt-4o", input: "Hi" })],
  ["OpenAI Completions", (it) => it.completions.create({ model: "babbage-002", prompt: "Hi" })],
  ["CreateEmbeddings", (it) => it.embeddings.create({ model: "ada", input: "Hi" })],
  ["OpenAI Images Generate", (it) => it.images.generate({ model: "dall-e-3", prompt: "a cat" })],
  ["OpenAI Images Edit", (it) => it.images.edit({ image: file(), prompt: "a cat" })],
  ["OpenAI Images Variation", (it) => it.images.createVariation({ image: file() })],
  ["OpenAI Audio Speech", (it) => it.audio.speech.create({ ...speech, input: "Hi" })],
  [
    "OpenAI Audio Transcription",
    (it) => it.audio.transcriptions.create({ model: "whisper-1", file: file() }),
  ],
  [
    "OpenAI Audio Translation",
    (it) => it.audio.translations.create({ model: "whisper-1", file: file() }),
  ],
  ["OpenAI Moderations", (it) => it.moderations.create({ input: "I like cats" })],
];

testCalls("each call is one span that has its name", async ({ client, delivered }) => {
  for (const [, call] of calls) await call(client);
  const spans = await delivered();
  assert.deepEqual(
    spans.map(({ name, kind, status }) => [name, kind, status.code]),
    calls.map(([name]) => [name, CLIENT, UNSET]),
  );
});

testCalls("a background response that is asked for again has spans", async (round) => {
  const { client, delivered } = round;
  const body = { model: "gpt-4o", input: "Hi", background: true };
  const { id, ...created } = await client.responses.create(body);
  let { status } = created;
  while (status !== "completed") ({ status } = await client.responses.retrieve(String(id)));
  const [first, ...retrieved] = (await delivered()).map(({ name }) => name);
  assert.equal(first, "OpenAI Responses");
  assert.deepEqual([...new Set(retrieved)], ["OpenAI Responses Retrieve"]);
});

testCalls("a compaction has a span", async ({ client, delivered }) => {
  await client.responses.compact?.({ model: "gpt-4o", input: "Hi" });
  const names = (await delivered()).map(({ name }) => name);
  assert.deepEqual(names, client.responses.compact ? ["OpenAI Responses Compact"] : []);
});

testCalls("a call is under the active span, and its request under the call", async (round) => {
  const { sdk, server, tracer, named } = round;
  const fetching = async (url: string, init: RequestInit): Promise<Response> =>
    await tracer.startActiveSpan("fetch", async (span) => {
      await new Promise((resolve) => setImmediate(resolve));
      span.end();
      return await fetch(url, init);
    });
  const client = new sdk.OpenAI({ apiKey: "key", baseURL: server.url, fetch: fetching });
  await tracer.startActiveSpan("outer", async (span) => {
    await client.chat.completions.create(question);
    assert.equal(trace.getActiveSpan(), span, "the call's span must not stay active");
    span.end();
  });
  isChildOf(await named("OpenAI Chat Completions"), await named("outer"));
  isChildOf(await named("fetch"), await named("OpenAI Chat Completions"));
});

testCalls("tools that the SDK runs leave a span for each turn", async (round) => {
  const { client, server, delivered } = round;
  server.reply(sequence([chat.toolCalls([{ name: "add", arguments: {} }]), chat.text("3")]));
  const parameters = { type: "object", properties: {} };
  const tool = { name: "add", parse: JSON.parse, function: () => "3", description: "", parameters };
  const body = { ...question, tools: [{ type: "function", function: tool }] };
  await chatHelpers(client).runTools(body).done();
  const names = (await delivered()).map(({ name }) => name);
  assert.deepEqual(names, ["OpenAI Chat Completions", "OpenAI Chat Completions"]);
});

testCalls("what the SDK parses is one span", async ({ client, only }) => {
  await chatHelpers(client).parse(question);
  assert.equal((await only()).status.code, UNSET);
});

testCalls("answers that are awaited long after they came are recorded", async (round) => {
  const { client, server, only } = round;
  const promise = client.chat.completions.create(question);
  await server.waitUntil(() => server.requests[0]?.outcome === "answered");
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  const { choices } = await promise;
  const said = (choices as { message: { content: string } }[])[0]?.message.content;
  assert.ok(String((await only()).attributes["output.value"]).includes(String(said)));
});

testCalls("a call that the API refuses is an error with its event", async (round) => {
  const { client, server, only } = round;
  server.reply(faults.status(400));
  await outcome(client.chat.completions.create(question));
  const { status, events } = await only();
  assert.deepEqual(status, { code: ERROR, message: "400 Invalid value for 'temperature'." });
  const [exception, ...others] = events;
  assert.equal(exception?.name, "exception");
  assert.equal(exception?.attributes["exception.type"], "BadRequestError");
  assert.equal(exception?.attributes["exception.message"], status.message);
  assert.match(String(exception?.attributes["exception.stacktrace"]), /BadRequestError|Error: 400/);
  assert.deepEqual(others, []);
});

testCalls("a call that succeeds when it is repeated is one span", async (round) => {
  const { client, server, only } = round;
  server.reply(faults.rateLimited(2, chat.text("Hi")));
  await client.chat.completions.create(question);
  const { status, events } = await only();
  assert.deepEqual([status.code, events], [UNSET, []]);
});

testCalls("a timeout is an error", async ({ client, server, only }) => {
  server.reply(faults.hang());
  await outcome(client.chat.completions.create(question, { timeout: 30, maxRetries: 0 }));
  const { status, events } = await only();
  assert.deepEqual(status, { code: ERROR, message: "Request timed out." });
  assert.equal(events[0]?.attributes["exception.type"], "APIConnectionTimeoutError");
});

testCalls("a call that the app aborts is no error", async ({ client, server, only }) => {
  server.reply(faults.hang());
  const controller = new AbortController();
  const call = outcome(client.chat.completions.create(question, { signal: controller.signal }));
  await server.waitForRequest();
  controller.abort();
  await call;
  const { status, events } = await only();
  assert.deepEqual([status.code, events], [UNSET, []]);
});

testCalls("a call without a body is an error of the app's", async ({ client, only }) => {
  await outcome(async () => await client.chat.completions.create());
  const { status, events } = await only();
  assert.equal(status.code, ERROR);
  assert.equal(events[0]?.attributes["exception.type"], "TypeError");
});

testCalls("a response that failed is an error, though the call succeeded", async (round) => {
  const { client, server, delivered } = round;
  server.reply(responses.failed("server_error", "The model broke down."));
  const body = { model: "gpt-4o", input: "Hi" };
  await client.responses.create(body);
  const stream = await client.responses.create({ ...body, stream: true });
  for await (const event of stream) assert.ok(event);
  for (const { status } of await delivered()) {
    assert.deepEqual(status, { code: ERROR, message: "The model broke down." });
  }
});

testCalls("a call that nobody awaits ends when its response has been asked for", async (round) => {
  const { client, delivered, tracing } = round;
  const response = await client.chat.completions.create(question).asResponse();
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(tracing.stats().open, 0);
  assert.equal(response.bodyUsed, false);
  assert.equal(spanNamed(await delivered(), "OpenAI Chat Completions").status.code, UNSET);
});

function file(): File {
  return new File(["bytes"], "file.png", { type: "image/png" });
}
