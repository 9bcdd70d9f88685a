// What a span says of its call: what was asked, and what was answered, in one
// piece or many, as far as it arrived.

import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { fileURLToPath } from "node:url";

import { chat } from "../../support/model-server/chat.js";
import { faults } from "../../support/model-server/faults.js";
import { items } from "../../support/model-server/response-items.js";
import { responses } from "../../support/model-server/responses.js";
import type { Script } from "../../support/model-server/script.js";
import type { Attributes } from "../../support/otlp.js";
import { outcome, question, STORY } from "./behaviours.js";
import type { Create, Fields, SdkStream } from "./clients.js";
import { testCalls } from "./round.js";

const add = { name: "add", arguments: { a: 1, b: 2 } };
const sum = { name: "sum", arguments: { of: ["x".repeat(300)] } };

const answers: readonly [what: string, script: Script][] = [
  ["a text", chat.text(STORY)],
  ["a text beyond Latin", chat.text("Es war einmal – 昔々 🐈 – ein Rekorder")],
  ["a refusal", chat.refusal("I would rather not tell that story.")],
  ["a tool call", chat.toolCalls([add])],
  ["parallel tool calls", chat.toolCalls([add, sum, add])],
  ["interleaved tool calls", chat.toolCalls([add, sum], { interleavedCalls: true })],
  ["a call of a custom tool", chat.toolCalls([{ name: "run", input: "ls -l | wc -l" }])],
  ["a function call of old", chat.functionCall(add)],
  [
    "several choices",
    chat.choices([{ content: STORY }, { content: "Or not." }, { refusal: "No." }]),
  ],
  ["a choice with text and tools", chat.choice({ content: "Let me see.", toolCalls: [add] })],
  ["thoughts and a text", chat.choice({ reasoning: "Hm. A story then.", content: STORY })],
  ["a spoken text", chat.choice({ audio: { transcript: STORY, data: "UklGRg==" } })],
  ["no words at all", chat.text("")],
  ["a text without usage", chat.text(STORY, { usage: null })],
];
for (const [what, script] of answers) {
  testCalls(`${what} says the same when it is streamed`, async ({ client, server, delivered }) => {
    server.reply(script);
    const { create } = client.chat.completions;
    const call = create.bind(client.chat.completions);
    await callBothWays(call, question, { stream_options: { include_usage: true } });
    assertSameAnswer(await delivered());
  });
}

const responded: readonly [what: string, script: Script][] = [
  ["a text", responses.text(STORY)],
  ["a refusal", responses.refusal("I would rather not tell that story.")],
  ["tool calls", responses.toolCalls([add, sum])],
  [
    "reasoning and a text",
    responses.output([items.reasoning({ summary: ["I think.", "So I am."] }), items.text(STORY)]),
  ],
];
for (const [what, script] of responded) {
  testCalls(`${what} of a response says the same when it is streamed`, async (round) => {
    const { client, server, delivered } = round;
    server.reply(script);
    const create = client.responses.create.bind(client.responses);
    await callBothWays(create, { model: "gpt-4o", input: "Hi" });
    assertSameAnswer(await delivered());
  });
}

testCalls("a completion says the same when it is streamed", async ({ client, delivered }) => {
  const create = client.completions.create.bind(client.completions);
  const body = { model: "gpt-3.5-turbo-instruct", prompt: "And" };
  await callBothWays(create, body, { stream_options: { include_usage: true } });
  assertSameAnswer(await delivered());
});

testCalls("the answer is what the API said, not what the SDK made of it", async (round) => {
  const { client, only } = round;
  await client.responses.create({ model: "gpt-4o", input: "Hi" });
  assert.ok(!String((await only()).attributes["output.value"]).includes('output_text":"'));
});

testCalls("a stream that is left early has what had arrived", async ({ client, only }) => {
  let said = "";
  for await (const chunk of await client.chat.completions.create({ ...question, stream: true })) {
    said += contentOf(chunk);
    if (said.length > 10) break;
  }
  const { attributes } = await only();
  assert.equal(attributes["llm.output_messages.0.message.content"], said);
  assert.equal(attributes["llm.token_count.total"], undefined);
});

testCalls("a stream that breaks off has what had arrived", async ({ client, server, only }) => {
  server.reply(faults.cut(chat.text(STORY), { after: 4 }));
  let said = "";
  await outcome(async () => {
    const stream = await client.chat.completions.create({ ...question, stream: true });
    for await (const chunk of stream) said += contentOf(chunk);
  });
  assert.ok(said.length > 0);
  const { attributes } = await only();
  assert.equal(attributes["llm.output_messages.0.message.content"], said);
});

testCalls("a response that is left early has what had arrived", async ({ client, only }) => {
  let said = "";
  const body = { model: "gpt-4o", input: "Tell me a story", stream: true };
  for await (const event of await client.responses.create(body)) {
    if (event["type"] === "response.output_text.delta") said += String(event["delta"]);
    if (said.length > 5) break;
  }
  assert.equal((await only()).attributes["llm.output_messages.0.message.content"], said);
});

testCalls("a response that is left early keeps the items that were complete", async (round) => {
  const { client, server, only } = round;
  server.reply(responses.output([items.reasoning({ summary: ["I think."] }), items.text(STORY)]));
  let said = "";
  const body = { model: "o4-mini", input: "Tell me a story", stream: true };
  for await (const event of await client.responses.create(body)) {
    if (event["type"] === "response.output_text.delta") said += String(event["delta"]);
    if (said.length > 5) break;
  }
  const output = String((await only()).attributes["output.value"]);
  assert.ok(output.includes("I think.") && output.includes(JSON.stringify(said)), output);
});

testCalls(
  "what the SDK puts together of a stream that breaks off is recorded once",
  async (round) => {
    const { client, server, only } = round;
    server.reply(faults.cut(responses.text(STORY), { after: 8 }));
    let said = "";
    await outcome(async () => {
      for await (const event of client.responses.stream({ model: "gpt-4o", input: "A story" })) {
        if (event["type"] === "response.output_text.delta") said += String(event["delta"]);
      }
    });
    assert.ok(said.length > 0);
    assert.equal((await only()).attributes["llm.output_messages.0.message.content"], said);
  },
);

testCalls("a span processor sees what a collector gets", async ({ client, tracing, only }) => {
  const seen: Attributes[] = [];
  tracing.provider.addSpanProcessor({
    onStart: () => {},
    onEnd: ({ attributes }: { attributes: Attributes }) => void seen.push({ ...attributes }),
    forceFlush: async () => {},
    shutdown: async () => {},
  });
  await readAll(await client.chat.completions.create({ ...question, stream: true }));
  const { attributes } = await only();
  assert.deepEqual(seen, [attributes]);
});

testCalls("a stream tells when the model began to answer", async ({ client, delivered }) => {
  await client.chat.completions.create(question);
  await readAll(await client.chat.completions.create({ ...question, stream: true }));
  const [plain, streamed] = (await delivered()).map(
    ({ attributes }) => attributes["gen_ai.response.time_to_first_chunk"],
  );
  assert.equal(plain, undefined);
  assert.ok(typeof streamed === "number" && streamed > 0 && streamed < 10, String(streamed));
});

testCalls("requests that were sent again are counted", async ({ client, server, delivered }) => {
  server.reply(faults.rateLimited(2, chat.text("Hi")));
  await client.chat.completions.create(question);
  await client.chat.completions.create(question);
  const [first, second] = (await delivered()).map(({ attributes }) => attributes);
  assert.equal(first?.["http.request.resend_count"], 2);
  assert.equal(second?.["http.request.resend_count"], undefined);
  assert.equal(first?.["openai.request_id"], "req_0003");
  assert.equal(first?.["http.response.status_code"], 200);
});

testCalls("an error says what the API said", async ({ client, server, only }) => {
  server.reply(faults.status(401));
  await outcome(client.chat.completions.create(question));
  const { attributes } = await only();
  assert.equal(attributes["http.response.status_code"], 401);
  assert.equal(attributes["openai.request_id"], "req_0001");
  assert.ok(Object.values(attributes).includes("invalid_api_key"));
});

testCalls("a call that was aborted says so", async ({ client, delivered }) => {
  const signal = AbortSignal.abort();
  await outcome(client.chat.completions.create(question, { signal }));
  const stream = await client.chat.completions.create({ ...question, stream: true });
  for await (const chunk of stream) if (chunk) stream.controller.abort();
  for (const { attributes } of await delivered()) {
    assert.equal(attributes["error.type"], "aborted");
  }
});

testCalls("the provider is told by the client", async ({ sdk, client, server, delivered }) => {
  await client.chat.completions.create(question);
  const endpoint = server.url.replace("/v1", "");
  const azure = { apiKey: "key", endpoint, apiVersion: "2024-10-21", deployment: "story" };
  await new sdk.AzureOpenAI(azure).chat.completions.create(question);
  const fetching = async (_url: string, init: RequestInit): Promise<Response> =>
    await fetch(`${server.url}/chat/completions`, init);
  const groq = { apiKey: "key", baseURL: "https://api.groq.com/openai/v1", fetch: fetching };
  await new sdk.OpenAI(groq).chat.completions.create(question);
  const providers = (await delivered()).map(({ attributes }) => attributes["llm.provider"]);
  assert.deepEqual(providers, ["openai", "azure", "groq"]);
});

testCalls("files are named, not read", async ({ client, sdk, delivered }) => {
  const path = fileURLToPath(import.meta.url);
  const file = createReadStream(path);
  await client.audio.transcriptions.create({ model: "whisper-1", file });
  const png = await sdk.toFile(Buffer.from("pixels"), "cat.png", { type: "image/png" });
  await client.images.edit({ model: "gpt-image-1", image: [png], prompt: "a hat" });
  const [said, made] = (await delivered()).map(
    ({ attributes }) => JSON.parse(String(attributes["input.value"])) as Fields,
  );
  assert.deepEqual(said?.["file"], { name: "contents.test.js" });
  assert.deepEqual(made?.["image"], [{ name: "cat.png", type: "image/png", size: 6 }]);
});

testCalls("an answer that is asked for again uses no tokens", async ({ client, delivered }) => {
  const { id } = await client.responses.create({ model: "gpt-4o", input: "Hi" });
  await client.responses.retrieve(String(id));
  const totals = (await delivered()).map(({ attributes }) => attributes["llm.token_count.total"]);
  assert.equal(typeof totals[0], "number");
  assert.equal(totals[1], undefined);
});

testCalls("an answer from the background has its tokens, once", async ({ client, delivered }) => {
  const body = { model: "gpt-4o", input: "Hi", background: true };
  const { id, ...created } = await client.responses.create(body);
  let { status } = created;
  while (status !== "completed") ({ status } = await client.responses.retrieve(String(id)));
  const totals = (await delivered()).map(({ attributes }) => attributes["llm.token_count.total"]);
  assert.equal(totals.filter((total) => total !== undefined).length, 1);
});

testCalls("embeddings have the vectors that the app got", async ({ client, delivered }) => {
  const body = { model: "text-embedding-3-small", input: ["one", "two"], dimensions: 300 };
  const { data } = await client.embeddings.create(body);
  await client.embeddings.create({ ...body, encoding_format: "float" });
  await client.embeddings.create({ ...body, encoding_format: "base64" });
  const vectors = (data as { embedding: number[] }[]).map(({ embedding }) => embedding);
  for (const { attributes } of await delivered()) {
    assert.deepEqual(
      [0, 1].map((index) => attributes[`embedding.embeddings.${index}.embedding.vector`]),
      vectors,
    );
  }
});

testCalls("log probabilities are left out", async ({ client, server, delivered }) => {
  const logprobs = { content: [{ token: "Hi", logprob: -0.5, bytes: null, top_logprobs: [] }] };
  server.reply(chat.text("Hi"));
  server.reply(withLogprobs(logprobs));
  await client.chat.completions.create(question);
  const [span] = await delivered();
  assert.ok(!JSON.stringify(span?.attributes).includes('logprob"'));
  assert.equal(span?.attributes["llm.output_messages.0.message.content"], "Hi");
});

function withLogprobs(logprobs: unknown): Script {
  const choice = { index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" };
  const completion = { id: "chatcmpl-1", object: "chat.completion", model: "gpt-4o", created: 1 };
  const body = JSON.stringify({ ...completion, choices: [{ ...choice, logprobs }] });
  return () => ({
    status: 200,
    headers: { "content-type": "application/json" },
    chunks: [body],
    ending: "end",
  });
}

/** In one piece, and then in many. */
async function callBothWays(create: Create, body: Fields, more: Fields = {}): Promise<void> {
  await create(body);
  await readAll(await create({ ...body, stream: true, ...more }));
}

async function readAll(stream: SdkStream): Promise<void> {
  for await (const chunk of stream) assert.ok(chunk);
}

/** All that is said of the answer, apart from what tells one from another. */
function assertSameAnswer(spans: readonly { attributes: Attributes }[]): void {
  const [plain, streamed] = spans.map(({ attributes }) =>
    Object.keys(attributes)
      .filter((key) => /^llm\.(output|choices|finish|token|model|response)/.test(key))
      .sort()
      .map((key) => [key, String(attributes[key]).replaceAll(/\b([a-z]+_)0\d+\b/g, "$1")]),
  );
  assert.ok(plain !== undefined && plain.length > 0, "nothing was answered");
  assert.deepEqual(streamed, plain);
}

function contentOf(chunk: Fields): string {
  const [choice] = chunk["choices"] as { delta: { content?: string } }[];
  return choice?.delta.content ?? "";
}
