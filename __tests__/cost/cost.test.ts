// `cost`: what a model call cost, as it arrives at the collector and as hooks are told.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { agentSpan, type FinishedTrace, manualSpan, type SetupOptions } from "catalyst-tracing";
import { CatalystSpanProcessor } from "catalyst-tracing/otel";
import { createTestTracing } from "catalyst-tracing/testing";

import { traced } from "../capture/traced.js";
import { clearApi, registered, SDKS } from "../coexistence/providers.js";
import { loadSdk } from "../integrations/openai/clients.js";
import { tracedCalls } from "../integrations/openai/round.js";
import { chat } from "../support/model-server/chat.js";
import type { DecodedSpan } from "../support/otlp.js";
import { runProgram } from "../support/subprocess.js";
import { startCollector } from "../support/collector.js";

const question = { messages: [{ role: "user", content: "Hi" }] };
const COST = /^llm\.cost\./;

function costsOf(span: DecodedSpan | undefined): Record<string, unknown> {
  assert.ok(span !== undefined, "no such span arrived");
  return Object.fromEntries(Object.entries(span.attributes).filter(([key]) => COST.test(key)));
}

/** A model call that is recorded by hand, of which `special` has what is not usual. */
async function recorded(special: Record<string, string | number>): Promise<void> {
  const attributes = { "llm.model_name": "gpt-4o", ...special };
  await manualSpan({ spanName: "chat", spanKind: "LLM", attributes }, (span) =>
    span.recordTokens({ prompt: 1000, completion: 100 }),
  );
}

test("a call of the OpenAI client says what it cost, cached and reasoning tokens apart", async () => {
  const sdk = await loadSdk("openai-6", "ESM");
  const usage = { input: 1000, cached: 800, output: 100, reasoning: 60 };
  await tracedCalls(
    sdk,
    async ({ client, server, only }) => {
      server.reply(chat.text("Yes.", { model: "o3-2025-04-16", usage }));
      await client.chat.completions.create({ ...question, model: "o3" });
      assert.deepEqual(costsOf(await only()), {
        "llm.cost.prompt": 0.0008,
        "llm.cost.completion": 0.0008,
        "llm.cost.total": 0.0016,
        "llm.cost.prompt_details.input": 0.0004,
        "llm.cost.prompt_details.cache_read": 0.0004,
        "llm.cost.completion_details.output": 0.00032,
        "llm.cost.completion_details.reasoning": 0.00048,
      });
    },
    { cost: true },
  );
});

test("audio has its own price", async () => {
  const sdk = await loadSdk("openai-6", "ESM");
  const usage = { input: 1000, inputAudio: 900, output: 100, outputAudio: 80 };
  await tracedCalls(
    sdk,
    async ({ client, server, only }) => {
      server.reply(chat.text("Yes.", { model: "gpt-audio", usage }));
      await client.chat.completions.create({ ...question, model: "gpt-audio" });
      const costs = costsOf(await only());
      assert.equal(costs["llm.cost.prompt_details.audio"], 0.0288);
      assert.equal(costs["llm.cost.completion_details.audio"], 0.00512);
      assert.equal(costs["llm.cost.total"], 0.03437);
    },
    { cost: true },
  );
});

const tiers: [asked: string, answered: string, total: number | undefined][] = [
  ["flex", "flex", 0.001],
  ["flex", "default", 0.002],
  ["priority", "priority", 0.0035],
  ["auto", "scale", undefined],
];
for (const [asked, answered, total] of tiers) {
  test(`a call that asks for ${asked} and gets ${answered} costs ${total ?? "nobody knows what"}`, async () => {
    const sdk = await loadSdk("openai-6", "ESM");
    await tracedCalls(
      sdk,
      async ({ client, server, only }) => {
        const fields = { service_tier: answered };
        server.reply(chat.text("", { model: "o3", usage: { input: 1000, output: 0 }, fields }));
        await client.chat.completions.create({ ...question, model: "o3", service_tier: asked });
        assert.equal(costsOf(await only())["llm.cost.total"], total);
      },
      { cost: true },
    );
  });
}

test("embeddings and streams of the Responses API have a cost", async () => {
  const sdk = await loadSdk("openai-6", "ESM");
  await tracedCalls(
    sdk,
    async ({ client, delivered }) => {
      await client.embeddings.create({ model: "text-embedding-3-small", input: "x".repeat(4000) });
      const stream = await client.responses.create({ model: "gpt-5", input: "Hi", stream: true });
      for await (const event of stream) void event;
      const [embeddings, response] = await delivered();
      assert.deepEqual(costsOf(embeddings), {
        "llm.cost.prompt": 0.00002,
        "llm.cost.total": 0.00002,
        "llm.cost.prompt_details.input": 0.00002,
      });
      assert.ok(Number(costsOf(response)["llm.cost.total"]) > 0);
    },
    { cost: true },
  );
});

const cases: [
  what: string,
  options: SetupOptions,
  given: Record<string, string | number>,
  unknown,
][] = [
  ["without the option there is no cost", {}, {}, {}],
  ["with cost: false there is none", { cost: false }, {}, {}],
  ["a model that is not known has none", { cost: true }, { "llm.model_name": "gpt-9" }, {}],
  [
    "a cost that the app set stays, and nothing is added to it",
    { cost: true },
    { "llm.cost.total": 7 },
    { "llm.cost.total": 7 },
  ],
  [
    "a host with prices of its own has none of the model's maker",
    { cost: true },
    { "llm.provider": "together" },
    {},
  ],
  [
    "the app's prices come first",
    { cost: { prices: { "gpt-4o": { input: 1000, output: 2000 } } } },
    {},
    {
      "llm.cost.prompt": 1,
      "llm.cost.completion": 0.2,
      "llm.cost.total": 1.2,
      "llm.cost.prompt_details.input": 1,
      "llm.cost.completion_details.output": 0.2,
    },
  ],
];
for (const [what, options, given, expected] of cases) {
  test(what, async () => {
    await traced(async ({ only }) => {
      await recorded(given);
      assert.deepEqual(costsOf(await only()), expected);
    }, options);
  });
}

test("an agent's span has no cost of its own, whatever it says of tokens", async () => {
  await traced(
    async ({ only }) => {
      await agentSpan({ agentId: "a" }, (span) => {
        span.setModel("gpt-4o");
        span.recordTokens({ prompt: 10, completion: 10 });
      });
      assert.deepEqual(costsOf(await only()), {});
    },
    { cost: true },
  );
});

test("hooks and span processors get the costs that the collector gets", async () => {
  const told: FinishedTrace[] = [];
  const seen: unknown[] = [];
  await traced(
    async ({ tracing, delivered }) => {
      tracing.onTrace((finished) => told.push(finished));
      tracing.provider.addSpanProcessor({
        onStart: () => undefined,
        onEnd: (span: ReadableSpan) => seen.push(span.attributes["llm.cost.total"]),
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve(),
      });
      await agentSpan({ agentId: "a" }, async () => {
        await recorded({});
        await recorded({ "llm.cost.total": 0.5 });
        await manualSpan({ spanName: "vectors", spanKind: "EMBEDDING" }, (span) => {
          span.setAttribute("embedding.model_name", "text-embedding-3-large");
          span.recordTokens({ prompt: 1000 });
        });
      });
      const arrived = (await delivered()).map((span) => span.attributes["llm.cost.total"]);
      assert.deepEqual(arrived, [0.0035, 0.5, 0.00013, undefined]);
      assert.deepEqual(seen, arrived);
      assert.deepEqual(
        told.map(({ cost }) => cost),
        [0.0035 + 0.5 + 0.00013],
      );
    },
    { cost: true },
  );
});

test("a second setup() can turn cost on and off, for hooks too", async () => {
  const told: (number | undefined)[] = [];
  await traced(async ({ tracing, collector, delivered }) => {
    const { setup } = await import("catalyst-tracing");
    tracing.onTrace(({ cost }) => told.push(cost));
    for (const cost of [false, true, false]) {
      await setup({ endpoint: collector.url, autoInstrument: false, cost });
      await recorded({});
      await tracing.flush();
    }
    const arrived = (await delivered()).map((span) => span.attributes["llm.cost.total"]);
    assert.deepEqual(arrived, [undefined, 0.0035, undefined]);
    assert.deepEqual(told, arrived);
  });
});

test("a test's tracing takes the option", async () => {
  const tracing = await createTestTracing({ cost: true });
  await recorded({});
  assert.equal(tracing.spans()[0]?.attributes["llm.cost.total"], 0.0035);
  await tracing.shutdown();
});

test("spans of another provider that are sent here have their cost", async () => {
  const sdk = Object.values(SDKS)[0];
  assert.ok(sdk !== undefined);
  await registered(sdk({ processors: [new CatalystSpanProcessor()] }), () =>
    traced(
      async ({ only }) => {
        const span = trace.getTracer("theirs").startSpan("chat", {}, ROOT_CONTEXT);
        span.setAttributes({
          "openinference.span.kind": "LLM",
          "llm.model_name": "gpt-4o-mini",
          "llm.token_count.prompt": 1000,
        });
        span.end();
        assert.equal(costsOf(await only())["llm.cost.total"], 0.00015);
      },
      { cost: true },
    ),
  );
  clearApi();
});

test("an app that sets nothing but CATALYST_COST gets costs", async () => {
  await using collector = await startCollector();
  const program = `
    import { manualSpan, setup } from "catalyst-tracing";
    await setup();
    await manualSpan({ spanName: "chat", spanKind: "LLM", model: "gpt-4o" }, (span) =>
      span.recordTokens({ prompt: 1000, completion: 100 }));
  `;
  const env = { CATALYST_COST: "true", CATALYST_OTLP_ENDPOINT: collector.url };
  const { stderr } = await runProgram(program, { env });
  assert.equal(stderr, "");
  assert.equal(costsOf(collector.spans[0])["llm.cost.total"], 0.0035);
});
