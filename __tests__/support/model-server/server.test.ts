// The server itself: which script answers, what it remembers, and the server as another process.

import assert from "node:assert/strict";
import { writeFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { projectRoot } from "../project.js";
import { startProgram } from "../subprocess.js";
import { chat } from "./chat.js";
import { at } from "./clients.js";
import { decide, type Decision } from "./conversation.js";
import { startModelServerProcess } from "./remote-server.js";
import { responses } from "./responses.js";
import { sampleValue } from "./sample-value.js";
import { sequence } from "./script.js";
import { startModelServer } from "./server.js";
import type { Tool, Turn } from "./turn.js";

const HEADERS = { authorization: "Bearer sk-test", "content-type": "application/json" };
const messages = [{ role: "user", content: "Hello." }];

async function call(url: string, path: string, body?: object, method = "POST"): Promise<unknown> {
  const reply = await fetch(`${url}${path}`, {
    method: body === undefined && method === "POST" ? "GET" : method,
    headers: HEADERS,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return await reply.json();
}

async function said(url: string): Promise<unknown> {
  const body = { model: "gpt-4o", messages };
  return at(await call(url, "/chat/completions", body), "choices", 0, "message", "content");
}

test("the script that was set last answers first, and what it leaves goes to those before", async () => {
  await using server = await startModelServer({ script: chat.text("always") });
  server.reply(sequence([chat.text("first"), chat.text("second")]));
  server.replyTo(({ body }) => body["user"] === "ada", chat.text("for ada"));
  server.replyTo("responses", responses.text("no chat"));
  const answers = [await said(server.url), await said(server.url), await said(server.url)];
  assert.deepEqual(answers, ["first", "second", "always"]);
  const forAda = await call(server.url, "/chat/completions", { messages, user: "ada" });
  assert.equal(at(forAda, "choices", 0, "message", "content"), "for ada");
  server.reset();
  assert.equal(await said(server.url), "always");
  assert.equal(server.requests.length, 1);
});

test("the same requests get the same bytes after a reset", async () => {
  await using server = await startModelServer();
  const once = async (): Promise<unknown[]> => [
    await call(server.url, "/chat/completions", { model: "gpt-4o", messages }),
    await call(server.url, "/responses", { model: "gpt-4o", input: "Hello." }),
  ];
  const first = await once();
  server.reset();
  assert.deepEqual(await once(), first);
});

test("a path in Azure's form is the same call", async () => {
  await using server = await startModelServer();
  const url = `http://127.0.0.1:${server.port}/openai/deployments/my-gpt`;
  const completion = await call(url, "/chat/completions?api-version=2024-10-21", {
    model: "my-gpt",
    messages,
  });
  assert.equal(at(completion, "choices", 0, "message", "content"), "You said: Hello.");
  assert.equal(server.requests[0]?.query.get("api-version"), "2024-10-21");
});

test("a conversation remembers what was said in it", async () => {
  await using server = await startModelServer();
  const { url } = server;
  const started = await call(url, "/conversations", { metadata: { topic: "orders" } });
  const conversation = String(at(started, "id"));
  const answered = await call(url, "/responses", {
    model: "gpt-4o",
    input: "Hello.",
    conversation,
  });
  assert.equal(at(answered, "conversation", "id"), conversation);
  const items = at(await call(url, `/conversations/${conversation}/items`), "data") as unknown[];
  assert.deepEqual(
    items.map((item) => at(item, "role")),
    ["user", "assistant"],
  );
  const ended = await call(url, `/conversations/${conversation}`, undefined, "DELETE");
  assert.equal(at(ended, "deleted"), true);
});

test("a tool's result is seen in the response that follows", async () => {
  await using server = await startModelServer();
  const tools = [{ type: "function", name: "lookup", parameters: { type: "object" } }];
  const asked = { model: "gpt-4o", input: "Where is it?", tools };
  const first = await call(server.url, "/responses", asked);
  assert.equal(at(first, "output", 0, "type"), "function_call");
  const call_id = at(first, "output", 0, "call_id");
  const second = await call(server.url, "/responses", {
    ...asked,
    previous_response_id: at(first, "id"),
    input: [{ type: "function_call_output", call_id, output: "in Paris" }],
  });
  const content = at(second, "output", 0, "content", 0, "text");
  assert.equal(content, "This is what I found: in Paris");
});

test("compacting keeps what the user said and hides the rest", async () => {
  await using server = await startModelServer();
  const compacted = await call(server.url, "/responses/compact", {
    model: "gpt-4o",
    input: messages,
  });
  assert.equal(at(compacted, "object"), "response.compaction");
  assert.equal(at(compacted, "output", 0, "role"), "user");
  assert.equal(at(compacted, "output", 1, "type"), "compaction");
});

test("credentials of MCP tools are not sent back, and a stored prompt needs no model", async () => {
  await using server = await startModelServer();
  const mcp = {
    type: "mcp",
    server_label: "wiki",
    headers: { a: "secret" },
    authorization: "secret",
  };
  const prompt = { id: "pmpt_1", version: "2", variables: { name: "Ada" } };
  const response = await call(server.url, "/responses", { prompt, tools: [mcp] });
  assert.deepEqual(at(response, "prompt"), prompt);
  assert.deepEqual(at(response, "tools", 0), { type: "mcp", server_label: "wiki", headers: null });
  assert.ok(!JSON.stringify(response).includes("secret"));
});

const ORDER: Tool = { name: "lookup_order", description: "", parameters: undefined, custom: false };
const WEATHER: Tool = { ...ORDER, name: "weather", description: "The weather in a city." };
const SHELL: Tool = { ...ORDER, name: "shell", custom: true };
const HANDOFF: Tool = { ...ORDER, name: "transfer_to_refunds" };

const DECISIONS: [what: string, turn: Partial<Turn>, expected: Decision][] = [
  ["answers without tools", {}, { text: "You said: What weather is it in Oslo?" }],
  ["calls the tool that fits", { tools: [ORDER, WEATHER] }, calls("weather")],
  ["gives free text to a tool that takes it", { tools: [SHELL] }, shell()],
  ["calls a tool before it hands over", { tools: [HANDOFF, ORDER] }, calls("lookup_order")],
  [
    "hands over then",
    { tools: [HANDOFF, ORDER], calls: done("lookup_order") },
    calls(HANDOFF.name),
  ],
  [
    "hands over once",
    { tools: [HANDOFF], calls: done("transfer_to_billing") },
    { text: "You said: What weather is it in Oslo?" },
  ],
  [
    "answers from what a tool gave, not from a handoff",
    { tools: [ORDER], calls: [...done("lookup_order"), ...done(HANDOFF.name)] },
    { text: "This is what I found: result of lookup_order" },
  ],
  [
    "calls nothing where it may not",
    { tools: [ORDER], choice: "none" },
    { text: "You said: What weather is it in Oslo?" },
  ],
  [
    "calls the tool that it has to",
    { tools: [WEATHER, ORDER], choice: { name: "lookup_order" } },
    calls("lookup_order"),
  ],
  [
    "follows a schema",
    { schema: { type: "object", properties: { city: { type: "string" } } } },
    { text: '{"city":"Oslo"}' },
  ],
];

function calls(name: string): Decision {
  return { calls: [{ name, arguments: {} }] };
}

function shell(): Decision {
  return { calls: [{ name: "shell", input: "What weather is it in Oslo?" }] };
}

function done(name: string): Turn["calls"] {
  return [{ name, result: `result of ${name}` }];
}

for (const [what, turn, expected] of DECISIONS) {
  test(`the model by rules ${what}`, () => {
    const question = "What weather is it in Oslo?";
    const plain = { instructions: "", question, calls: [], tools: [], builtIn: [], body: {} };
    const whole: Turn = { ...plain, choice: "auto", schema: undefined, ...turn };
    assert.deepEqual(decide(whole), expected);
  });
}

test("a made-up value fits its schema, a recursive one included", () => {
  const schema = {
    $defs: {
      node: { properties: { next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } } },
    },
    type: "object",
    properties: {
      kind: { enum: ["a", "b"] },
      amount: { type: "integer", minimum: 3 },
      tags: { type: "array", items: { type: "string" } },
      when: { type: ["null", "string"], format: "date" },
      node: { $ref: "#/$defs/node" },
    },
  };
  const value = sampleValue(schema, "?");
  assert.equal(at(value, "kind"), "a");
  assert.equal(at(value, "amount"), 3);
  assert.deepEqual(at(value, "tags"), ["some tags"]);
  assert.equal(at(value, "when"), "2025-06-15");
  assert.notEqual(at(value, "node", "next", "next"), undefined);
});

test("a server in another process plays a script from a module and tells what it was asked", async () => {
  const programs = join(projectRoot, ".build", "programs");
  await mkdir(programs, { recursive: true });
  const folder = await mkdtemp(join(programs, "script-"));
  try {
    const module = pathToFileURL(join(folder, "script.mjs"));
    const chatModule = new URL("chat.js", import.meta.url).href;
    await writeFile(
      module,
      `import { chat } from "${chatModule}"; export default chat.text("From afar.");`,
    );
    await using server = await startModelServerProcess({ script: module, keepRequests: true });
    assert.equal(await said(server.url), "From afar.");
    assert.deepEqual(await server.stats(), { requests: 1, problems: [] });
    assert.deepEqual((await server.requests())[0]?.body, { model: "gpt-4o", messages });
    await server.reset();
    assert.equal((await server.stats()).requests, 0);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a model server ends when whoever started it is gone", async () => {
  const program = fileURLToPath(new URL("server-process.js", import.meta.url));
  const { code, stdout } = await (await startProgram(program)).done;
  assert.equal(code, 0);
  assert.match(stdout, /^\{"url":"http:\/\/127\.0\.0\.1:\d+\/v1"\}\n$/);
});
