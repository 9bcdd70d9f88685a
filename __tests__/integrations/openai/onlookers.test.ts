// Who looks at the active context while the SDK makes a request finds the call's span there; where
// nobody can look, none is entered, because that would cost every `await` of the process.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startCollector } from "../../support/collector.js";
import { startModelServer } from "../../support/model-server/server.js";
import { sdk } from "../../support/sdks.js";
import { runProgram } from "../../support/subprocess.js";

interface Seen {
  readonly stdout: string;
  /** The name of each span's parent, by the span's name. */
  readonly parents: Readonly<Record<string, string | undefined>>;
}

const ASK = `create({ model: "m", messages: [{ role: "user", content: "Hi" }] })`;
const LLM = "OpenAI Chat Completions";

async function run(body: string): Promise<Seen> {
  await using collector = await startCollector();
  await using server = await startModelServer();
  const { code, stderr, stdout } = await runProgram(`
    import { AsyncLocalStorage } from "node:async_hooks";
    let entered = 0;
    const { run } = AsyncLocalStorage.prototype;
    AsyncLocalStorage.prototype.run = function (...args) { entered += 1; return run.apply(this, args); };
    const { trace, context } = await import("@opentelemetry/api");
    const { manualSpan, setup, getCurrentSpan } = await import("catalyst-tracing");
    const { default: OpenAI } = await import(${JSON.stringify(await sdk("openai-6").esmUrl())});
    const tracing = await setup({ endpoint: ${JSON.stringify(collector.url)}, modules: { openai: OpenAI } });
    const options = { apiKey: "key", baseURL: ${JSON.stringify(server.url)} };
    const inside = (name) => manualSpan({ spanName: name }, () => undefined);
    ${body}
    await tracing.shutdown();
    console.log(entered);`);
  assert.deepEqual([code, stderr], [0, ""]);
  const names = new Map(collector.spans.map((span) => [span.spanId, span.name]));
  const parents = collector.spans.map(({ name, parentSpanId }) => [
    name,
    parentSpanId === undefined ? undefined : names.get(parentSpanId),
  ]);
  return { stdout: stdout.trim(), parents: Object.fromEntries(parents) as Seen["parents"] };
}

test("a plain client's calls enter no context", async () => {
  const { stdout, parents } = await run(`
    const { completions } = new OpenAI(options).chat;
    for (let i = 0; i < 3; i++) await completions.${ASK};
    for await (const chunk of await completions.create({ model: "m", messages: [], stream: true }));`);
  assert.equal(stdout, "0");
  assert.deepEqual(parents, { [LLM]: undefined });
});

test("a span of the app's that is made in its own fetch is the call's child", async () => {
  const { parents } = await run(`
    const own = async (...args) => { await inside("mine"); return fetch(...args); };
    await new OpenAI({ ...options, fetch: own }).chat.completions.${ASK};`);
  assert.equal(parents["mine"], LLM);
});

test("a span that is made where the app gives its key is the call's child", async () => {
  const { parents } = await run(`
    const apiKey = async () => { await inside("key"); return "key"; };
    await new OpenAI({ ...options, apiKey }).chat.completions.${ASK};`);
  assert.equal(parents["key"], LLM);
});

test("a span that is made in a method of the app's own client is the call's child", async () => {
  const { parents } = await run(`
    class Own extends OpenAI { async prepareOptions() { await inside("prepared"); } }
    await new Own(options).chat.completions.${ASK};`);
  assert.equal(parents["prepared"], LLM);
});

test("a span of another instrumentation that listens to fetch is the call's child", async () => {
  const { parents } = await run(`
    const { subscribe } = await import("node:diagnostics_channel");
    subscribe("undici:request:create", ({ request }) => {
      if (request.path.includes("chat")) trace.getTracer("http").startSpan("POST").end();
    });
    await new OpenAI(options).chat.completions.${ASK};`);
  assert.equal(parents["POST"], LLM);
});

test("a span of another library's tracer is the call's child", async () => {
  const { parents } = await run(`
    const tracer = trace.getTracer("other");
    const own = globalThis.fetch;
    globalThis.fetch = (...args) => { tracer.startSpan("POST").end(); return own(...args); };
    await new OpenAI(options).chat.completions.${ASK};`);
  assert.equal(parents["POST"], LLM);
});

test("calls under a span of the app's are its children", async () => {
  const { parents } = await run(`
    await new OpenAI(options).chat.completions.${ASK};
    await manualSpan({ spanName: "outer" }, () => new OpenAI(options).responses.create({ model: "m", input: "Hi" }));`);
  assert.deepEqual(parents, { [LLM]: undefined, outer: undefined, "OpenAI Responses": "outer" });
});
