// Where spans are another provider's, its exporters are not ours: what this package writes on them
// is hidden before, and holds no credentials.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { context, propagation, trace } from "@opentelemetry/api";
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { agentSpan, manualSpan, observe, setup, type SetupOptions } from "catalyst-tracing";
import { instrumentOpenAI } from "catalyst-tracing/openai";
import { CatalystSpanProcessor } from "catalyst-tracing/otel";

import { freshSdk } from "../integrations/openai/clients.js";
import { chat } from "../support/model-server/chat.js";
import { faults } from "../support/model-server/faults.js";
import { startModelServer } from "../support/model-server/server.js";
import { startCollector } from "../support/collector.js";
import { secret } from "./flags.js";

afterEach(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

const TOKEN = "zebra0orchid1tulip2";

/** What their exporter gets of everything that this package writes on their spans, as text. */
async function theirs(options: SetupOptions): Promise<string> {
  await using collector = await startCollector();
  await using server = await startModelServer();
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({
    spanProcessors: [
      new SimpleSpanProcessor(exporter),
      new CatalystSpanProcessor({ endpoint: collector.url, ...options }),
    ],
  });
  provider.register();
  try {
    const tracer = provider.getTracer("app");
    const { OpenAI, module } = freshSdk("openai-7");
    instrumentOpenAI(module, tracer);
    const client = new OpenAI({ apiKey: "key", baseURL: server.url, maxRetries: 0 });
    const body = {
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: secret("question", "call") }],
      tools: [{ type: "mcp", server_label: "shop", authorization: TOKEN }],
    };
    await agentSpan(
      tracer,
      { agentId: "a-1", input: secret("question", "agent") },
      async (agent) => {
        agent.setOutput({ said: secret("answer", "agent") });
        agent.addEvent("gen_ai.user.message", {
          role: "user",
          content: secret("question", "event"),
        });
        await manualSpan(
          tracer,
          { spanName: "step", input: { api_key: TOKEN, n: [1] } },
          async () => {
            await Promise.resolve();
            throw new Error(secret("error", "step"));
          },
        ).catch(() => undefined);
        server.reply(chat.text(secret("answer", "call")));
        await client.chat.completions.create(body);
        server.reply(faults.status(400, { message: secret("error", "call") }));
        await client.chat.completions.create(body).catch(() => undefined);
        const items = observe(function* items() {
          yield secret("output", "item");
        });
        for (const _ of items());
      },
    );
    await provider.forceFlush();
    const spans = exporter.getFinishedSpans();
    assert.equal(spans.length, 5);
    return JSON.stringify(
      spans.map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
    );
  } finally {
    await provider.shutdown();
  }
}

test("their exporter gets everything but credentials where nothing is hidden", async () => {
  const shown = await theirs({});
  for (const said of [
    secret("question", "call"),
    secret("question", "agent"),
    secret("question", "event"),
    secret("answer", "agent"),
    secret("answer", "call"),
    secret("error", "step"),
    secret("error", "call"),
    secret("output", "item"),
    '"input.mime_type":"application/json"',
    '"llm.token_count.prompt":',
  ]) {
    assert.ok(shown.includes(said), said);
  }
  assert.ok(!shown.includes(TOKEN));
});

test("their exporter gets nothing that is hidden", async () => {
  const shown = await theirs({ hide: true });
  assert.ok(!shown.includes("zebra"), shown);
  assert.ok(shown.includes("__REDACTED__") && shown.includes('"agent.id":"a-1"'), shown);
  assert.ok(shown.includes('"llm.token_count.prompt":') && shown.includes('"BadRequestError"'));
});

test("their exporter gets what a second setup() no longer hides", async () => {
  await using collector = await startCollector();
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const options = { endpoint: collector.url, autoInstrument: false, register: false };
  const tracing = await setup({ ...options, hide: { inputs: true } });
  const step = async (): Promise<void> =>
    await manualSpan(
      provider.getTracer("app"),
      { spanName: "step", input: "seen" },
      () => undefined,
    );
  await step();
  await setup({ ...options, hide: false });
  await step();
  const inputs = exporter.getFinishedSpans().map(({ attributes }) => attributes["input.value"]);
  assert.deepEqual(inputs, ["__REDACTED__", "seen"]);
  await tracing.shutdown();
  await provider.shutdown();
});
