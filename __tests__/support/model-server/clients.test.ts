// Every call that the model server plays, made by the real clients: what they make of an answer is
// what shows that it is one of the API's.

import assert from "node:assert/strict";
import { test } from "node:test";

import { chat } from "./chat.js";
import {
  at,
  collect,
  INSTALLED,
  type Client,
  type Installed,
  type OpenAiModule,
} from "./clients.js";
import { vector } from "./embeddings.js";
import { PIXEL_BASE64 } from "./images.js";
import { items } from "./response-items.js";
import { responses } from "./responses.js";
import { startModelServer, type ModelServer } from "./server.js";

interface Tried {
  client: Client;
  server: ModelServer;
  module: OpenAiModule;
  major: number;
}

function onEach(what: string, use: (tried: Tried) => Promise<void>, from = 4): void {
  for (const installed of INSTALLED.filter(({ major }) => major >= from)) {
    test(`${what}: ${installed.label}`, () => onOne(installed, use));
  }
}

async function onOne(installed: Installed, use: (tried: Tried) => Promise<void>): Promise<void> {
  await using server = await startModelServer();
  const module = await installed.load();
  const client = new module.OpenAI({ apiKey: "sk-test", baseURL: server.url, maxRetries: 0 });
  await use({ client, server, module, major: installed.major });
  assert.deepEqual(server.problems, []);
}

const messages = [{ role: "user", content: "Where is order ABC-123?" }];
const model = "gpt-4o-mini";

onEach("a chat completion has its text, its model and its tokens", async ({ client, server }) => {
  server.reply(chat.text("On its way.", { usage: { input: 12, output: 5, cached: 8 } }));
  const sent = client.chat.completions.create({ model, messages });
  const { data, response } = await sent.withResponse();
  assert.equal(at(data, "choices", 0, "message", "content"), "On its way.");
  assert.equal(at(data, "choices", 0, "finish_reason"), "stop");
  assert.equal(at(data, "model"), "gpt-4o-mini-2024-07-18");
  assert.equal(at(data, "id"), "chatcmpl-0001");
  assert.equal(at(data, "usage", "total_tokens"), 17);
  assert.equal(at(data, "usage", "prompt_tokens_details", "cached_tokens"), 8);
  assert.equal(response.headers.get("x-request-id"), "req_0001");
  assert.deepEqual(server.requests[0]?.body["messages"], messages);
});

onEach("n choices of a streamed chat completion alternate", async ({ client, server }) => {
  server.reply(chat.choices([{ content: "a b c" }, { content: "x y" }]));
  const body = { model, messages, n: 2, stream: true, stream_options: { include_usage: true } };
  const events = await collect(await client.chat.completions.create(body));
  const pieces = events.map((event) => [
    at(event, "choices", 0, "index"),
    at(event, "choices", 0, "delta", "content"),
  ]);
  const shown = pieces.filter(([, content]) => typeof content === "string" && content !== "");
  assert.deepEqual(shown, [
    [0, "a"],
    [1, "x"],
    [0, " b"],
    [1, " y"],
    [0, " c"],
  ]);
  assert.equal(typeof at(events.at(-1), "usage", "total_tokens"), "number");
  assert.deepEqual(at(events.at(-1), "choices"), []);
});

onEach("a stream has no usage unless it is asked for", async ({ client, server }) => {
  server.reply(chat.text("Yes."));
  const events = await collect(
    await client.chat.completions.create({ model, messages, stream: true }),
  );
  assert.ok(events.length > 2);
  assert.ok(events.every((event) => at(event, "usage") === undefined));
});

onEach("parallel tool calls add up from their deltas", async ({ client, server }) => {
  const calls = [
    { name: "lookup_order", arguments: { order_id: "ABC-123" } },
    { name: "weather", arguments: { city: "Zürich 🏔" }, id: "call_given" },
    { name: "run", input: "ls -l\n" },
  ];
  server.reply(chat.toolCalls(calls, { interleavedCalls: true, pieceLength: 3 }));
  const whole = await client.chat.completions.create({ model, messages });
  server.reset();
  server.reply(chat.toolCalls(calls, { interleavedCalls: true, pieceLength: 3 }));
  const stream = await client.chat.completions.create({ model, messages, stream: true });
  const added = addToolCalls(await collect(stream));
  assert.deepEqual(added, at(whole, "choices", 0, "message", "tool_calls"));
  assert.equal(at(added, 1, "function", "arguments"), '{"city":"Zürich 🏔"}');
  assert.equal(at(added, 1, "id"), "call_given");
  assert.equal(at(added, 2, "custom", "input"), "ls -l\n");
});

function addToolCalls(events: readonly unknown[]): unknown[] {
  const calls: Record<string, unknown>[] = [];
  for (const event of events) {
    for (const delta of (at(event, "choices", 0, "delta", "tool_calls") ?? []) as object[]) {
      const { index, function: called, custom, ...rest } = delta as Record<string, unknown>;
      const call = (calls[Number(index)] ??= {});
      Object.assign(call, rest);
      const type = call["type"] as string;
      const part = (call[type] ??= {}) as Record<string, string>;
      for (const [key, piece] of Object.entries((called ?? custom) as Record<string, string>)) {
        part[key] = (part[key] ?? "") + piece;
      }
    }
  }
  return calls;
}

onEach(
  "refusals, function calls, thoughts and sound come in a chat",
  async ({ client, server }) => {
    const sound = { transcript: "Hello there.", data: "AAAA".repeat(50) };
    const choices = [
      { refusal: "I will not." },
      { functionCall: { name: "old", arguments: { a: 1 } } },
      { reasoning: "Let me see.", content: "Here." },
      { audio: sound },
    ];
    server.reply(chat.choices(choices));
    const whole = await client.chat.completions.create({ model, messages });
    const stream = await client.chat.completions.create({ model, messages, stream: true });
    const events = await collect(stream);
    const added = (index: number, ...path: string[]): string =>
      events
        .filter((event) => at(event, "choices", 0, "index") === index)
        .map((event) => at(event, "choices", 0, "delta", ...path) ?? "")
        .join("");
    const message = (index: number): unknown => at(whole, "choices", index, "message");
    for (const [text, index, ...path] of [
      ["I will not.", 0, "refusal"],
      ['{"a":1}', 1, "function_call", "arguments"],
      ["Let me see.", 2, "reasoning_content"],
      [sound.data, 3, "audio", "data"],
      [sound.transcript, 3, "audio", "transcript"],
    ] as const) {
      assert.equal(at(message(index), ...path), text);
      assert.equal(added(index, ...path), text);
    }
    assert.equal(at(whole, "choices", 1, "finish_reason"), "function_call");
  },
);

const EVERY_ITEM = [
  items.reasoning({ summary: ["First I look.", "Then I say."], encrypted: "gAAAA-secret" }),
  items.webSearch("order ABC-123", ["https://example.com"]),
  items.fileSearch(["orders"], [{ file_id: "file_1", filename: "a.txt", score: 0.5, text: "b" }]),
  items.codeInterpreter("print(1)", "1\n"),
  items.mcpTools("deepwiki", ["ask"]),
  items.mcpCall({ server: "deepwiki", name: "ask", arguments: { q: 1 }, output: "yes" }),
  items.mcpCall({ server: "deepwiki", name: "ask", error: { type: "http_error", code: 500 } }),
  items.mcpApproval("deepwiki", { name: "ask" }),
  items.image(PIXEL_BASE64, "a dot"),
  items.computer({ type: "click", button: "left", x: 1, y: 2 }),
  items.functionCall({ name: "lookup_order", arguments: { order_id: "ABC-123" } }),
  items.customCall("run", "ls -l"),
  items.refusal("Not that."),
  items.text("It is on its way.", [{ type: "url_citation", url: "https://example.com" }]),
];

onEach("a streamed response ends as the same response does whole", async ({ client, server }) => {
  server.reply(responses.output(EVERY_ITEM));
  const include = [
    "reasoning.encrypted_content",
    "file_search_call.results",
    "code_interpreter_call.outputs",
    "web_search_call.action.sources",
  ];
  const body = { model: "gpt-5", input: "Where is it?", instructions: "Be brief.", include };
  const whole = await client.responses.create(body);
  server.reset();
  server.reply(responses.output(EVERY_ITEM));
  const events = await collect(await client.responses.create({ ...body, stream: true }));
  const types = events.map((event) => at(event, "type"));
  assert.deepEqual(types.slice(0, 3), [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
  ]);
  assert.equal(types.at(-1), "response.completed");
  const numbers = events.map((event) => at(event, "sequence_number"));
  assert.deepEqual(numbers, [...numbers.keys()]);
  const plain = JSON.parse(JSON.stringify(whole)) as Record<string, unknown>;
  const { output_text, ...rest } = plain;
  assert.equal(output_text, "It is on its way.");
  const last = { ...(at(events.at(-1), "response") as Record<string, unknown>) };
  delete last["output_text"];
  assert.deepEqual(last, rest);
  const done = events.filter((event) => at(event, "type") === "response.output_item.done");
  assert.deepEqual(
    done.map((event) => at(event, "item")),
    plain["output"],
  );
  assert.equal(at(plain, "output", 0, "encrypted_content"), "gAAAA-secret");
});

onEach("the deltas of a response add up to its parts", async ({ client, server }) => {
  server.reply(responses.output(EVERY_ITEM, { pieceLength: 5 }));
  const events = await collect(await client.responses.create({ model, input: "?", stream: true }));
  const added = (type: string): string =>
    events
      .filter((event) => at(event, "type") === type)
      .map((event) => at(event, "delta"))
      .join("");
  assert.equal(added("response.output_text.delta"), "It is on its way.");
  assert.equal(added("response.refusal.delta"), "Not that.");
  assert.equal(added("response.reasoning_summary_text.delta"), "First I look.Then I say.");
  assert.equal(added("response.function_call_arguments.delta"), '{"order_id":"ABC-123"}');
  assert.equal(added("response.custom_tool_call_input.delta"), "ls -l");
  assert.equal(added("response.code_interpreter_call_code.delta"), "print(1)");
  const asked = at(events.at(-1), "response", "output");
  assert.equal(at(asked, 0, "encrypted_content"), undefined);
  assert.equal(at(asked, 2, "results"), null);
  assert.equal(at(asked, 3, "outputs"), null);
});

onEach("a response can be cut short, fail, or break off", async ({ client, server, module }) => {
  server.reply(responses.text("To be", { incomplete: "max_output_tokens" }));
  const cut = await client.responses.create({ model, input: "?" });
  assert.equal(at(cut, "status"), "incomplete");
  assert.equal(at(cut, "incomplete_details", "reason"), "max_output_tokens");
  server.reply(responses.failed("server_error", "It broke."));
  const failed = await collect(await client.responses.create({ model, input: "?", stream: true }));
  assert.equal(at(failed.at(-1), "type"), "response.failed");
  assert.equal(at(failed.at(-1), "response", "error", "message"), "It broke.");
  const error = { code: "rate_limit_exceeded", message: "Too much." };
  server.reply(responses.text("To be", { error }));
  const body = { model, input: "?", stream: true };
  const events: unknown[] = [];
  const reading = (async () => {
    for await (const event of (await client.responses.create(body)) as AsyncIterable<unknown>) {
      events.push(event);
    }
  })();
  const thrown: unknown = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  // Versions differ in whether they throw it.
  if (thrown === undefined) assert.equal(at(events.at(-1), "type"), "error");
  else assert.ok(thrown instanceof module.APIError);
  assert.ok(events.length > 3);
});

onEach(
  "a background response is queued, in progress, and then done",
  async ({ client, server, major }) => {
    server.reply(responses.text("Done."));
    const created = await client.responses.create({ model, input: "Work.", background: true });
    assert.equal(at(created, "status"), "queued");
    const id = String(at(created, "id"));
    assert.equal(at(await client.responses.retrieve(id), "status"), "in_progress");
    const done = await client.responses.retrieve(id);
    assert.equal(at(done, "status"), "completed");
    assert.equal(at(done, "output", 0, "content", 0, "text"), "Done.");
    const list = await client.responses.inputItems.list(id);
    assert.equal(at(list, "data", 0, "content", 0, "text"), "Work.");
    await client.responses[major === 4 ? "del" : "delete"](id);
    await assert.rejects(client.responses.retrieve(id), { status: 404 });
  },
);

onEach("a response can follow another one, if there is such a one", async ({ client }) => {
  const first = await client.responses.create({ model, input: "My name is Ada." });
  const previous_response_id = String(at(first, "id"));
  const second = await client.responses.create({ model, input: "And?", previous_response_id });
  assert.equal(at(second, "previous_response_id"), previous_response_id);
  const none = { model, input: "And?", previous_response_id: "resp_none" };
  const expected = { status: 400, code: "previous_response_not_found" };
  await assert.rejects(client.responses.create(none), expected);
});

onEach("embeddings are the same as floats and as base64", async ({ client, server }) => {
  const body = { model: "text-embedding-3-small", input: ["one", "two"], dimensions: 5 };
  const decoded = await client.embeddings.create(body);
  const floats = await client.embeddings.create({ ...body, encoding_format: "float" });
  const first = at(decoded, "data", 0, "embedding") as Iterable<number>;
  assert.deepEqual([...first], vector("one", 5));
  assert.deepEqual(at(floats, "data", 1, "embedding"), vector("two", 5));
  assert.equal(server.requests[0]?.body["encoding_format"], "base64");
  const tokens = await client.embeddings.create({ ...body, input: [[1, 2, 3], [4]] });
  assert.equal(at(tokens, "usage", "prompt_tokens"), 4);
});

onEach("legacy completions come whole and as a stream", async ({ client }) => {
  const body = { model: "gpt-3.5-turbo-instruct", prompt: ["Once", "Twice"] };
  const whole = await client.completions.create({ ...body, echo: true });
  assert.equal(at(whole, "choices", 1, "text"), "Twice and so it goes.");
  const events = await collect(await client.completions.create({ ...body, stream: true }));
  const second = events.filter((event) => at(event, "choices", 0, "index") === 1);
  assert.equal(second.map((event) => at(event, "choices", 0, "text")).join(""), " and so it goes.");
});

onEach("images come as URLs, as base64 and edited", async ({ client, server, module }) => {
  const prompt = "a dot";
  const urls = await client.images.generate({ model: "dall-e-3", prompt, n: 2 });
  assert.match(String(at(urls, "data", 1, "url")), /^https:\/\/images\.example\.com\//);
  assert.equal(at(urls, "data", 0, "revised_prompt"), "a dot, in detail");
  const inline = await client.images.generate({ model: "gpt-image-1", prompt });
  assert.equal(at(inline, "data", 0, "b64_json"), PIXEL_BASE64);
  assert.equal(at(inline, "usage", "total_tokens"), 284);
  const image = await module.toFile(Buffer.from(PIXEL_BASE64, "base64"), "dot.png");
  const edited = await client.images.edit({ model: "gpt-image-1", prompt, image: [image] });
  assert.equal(at(edited, "data", 0, "b64_json"), PIXEL_BASE64);
  assert.equal(at(server.requests.at(-1)?.body, "image", 0, "name"), "dot.png");
});

onEach(
  "a streamed image comes by parts",
  async ({ client }) => {
    const body = { model: "gpt-image-1", prompt: "a dot", stream: true, partial_images: 2 };
    const events = await collect(await client.images.generate(body));
    const partial = "image_generation.partial_image";
    const types = events.map((event) => at(event, "type"));
    assert.deepEqual(types, [partial, partial, "image_generation.completed"]);
  },
  5,
);

onEach("speech is sound, and sound is text", async ({ client, server, module }) => {
  const spoken = { model: "tts-1", input: "Hello.", voice: "alloy" };
  const sound = await client.audio.speech.create(spoken);
  assert.equal(sound.headers.get("content-type"), "audio/mpeg");
  assert.equal((await sound.arrayBuffer()).byteLength, 8193);
  const form = async (fields: object): Promise<object> => {
    const file = await module.toFile(Buffer.from("RIFF"), "a.wav");
    return { model: "whisper-1", file, ...fields };
  };
  const { transcriptions, translations } = client.audio;
  const text = "What I said was recorded.";
  assert.equal(at(await transcriptions.create(await form({})), "text"), text);
  const plain = await transcriptions.create(await form({ response_format: "text" }));
  assert.equal(plain, `${text}\n`);
  const verbose = await transcriptions.create(await form({ response_format: "verbose_json" }));
  assert.equal(at(verbose, "segments", 0, "end"), 3.5);
  const streamed = await form({ model: "gpt-4o-transcribe", stream: true });
  const events = await collect(await transcriptions.create(streamed));
  assert.equal(at(events.at(-1), "text"), text);
  const translated = await translations.create(await form({}));
  assert.equal(at(translated, "text"), "What I said was translated.");
  assert.equal(at(server.requests[1]?.body, "file", "size"), 4);
});

onEach("moderations flag what names a category", async ({ client }) => {
  const input = ["all is well", "so much violence"];
  const moderated = await client.moderations.create({ input });
  assert.equal(at(moderated, "results", 0, "flagged"), false);
  assert.equal(at(moderated, "results", 1, "flagged"), true);
  assert.equal(at(moderated, "results", 1, "categories", "violence"), true);
});

onEach("models can be listed and looked up", async ({ client }) => {
  const { data } = await client.models.list();
  assert.ok(data.some((each) => at(each, "id") === "gpt-4o"));
  assert.equal(at(await client.models.retrieve("gpt-4o"), "owned_by"), "system");
  await assert.rejects(client.models.retrieve("gpt-99"), { status: 404 });
});
