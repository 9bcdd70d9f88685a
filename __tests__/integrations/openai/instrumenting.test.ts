// Instrumenting the SDK: what is accepted as the SDK and as a tracer, that it is done once, and that
// calls go on where it cannot be done.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { InvalidSdkInputError, InvalidTracerInputError, setup } from "catalyst-tracing";
import { installOpenAIInstrumentation, instrumentOpenAI } from "catalyst-tracing/openai";

import { startModelServer } from "../../support/model-server/server.js";
import { OPENAI_SDKS } from "../../support/sdks.js";
import { openai } from "./integration-under-test.js";
import { outcome, question } from "./behaviours.js";
import { freshSdk, type Client, type ClientClass, type Sdk } from "./clients.js";
import { tracedCalls, type CallRound } from "./round.js";

/** Everything of which it can be said that it is the SDK. */
const inputs: readonly [what: string, of: (sdk: Sdk) => unknown][] = [
  ["what require() returns", ({ module }) => module],
  ["a namespace", ({ module }) => ({ ...module })],
  ["the class", ({ OpenAI }) => OpenAI],
  ["a default export in a namespace", ({ OpenAI }) => ({ default: OpenAI })],
  ["Azure's class", ({ AzureOpenAI }) => AzureOpenAI],
  ["a subclass", ({ OpenAI }) => class Own extends OpenAI {}],
  ["a client", ({ OpenAI }) => new OpenAI({ apiKey: "key" })],
];

for (const name of OPENAI_SDKS) {
  for (const [what, of] of inputs) {
    test(`${what} of ${name} is the SDK`, () => {
      const sdk = freshSdk(name);
      const { patched, version } = openai.install(of(sdk));
      assert.ok(patched >= 12, String(patched));
      assert.equal(version, sdk.version);
      assert.equal(openai.install(of(sdk)).patched, 0, "the second time");
      assert.equal(openai.install(sdk.module).patched, 0, "by another name");
    });
  }

  test(`a client of ${name} made before is traced, and no call twice`, async () => {
    const sdk = freshSdk(name);
    await using server = await startModelServer();
    const client = new sdk.OpenAI({ apiKey: "key", baseURL: server.url });
    await tracedCalls(sdk, async ({ only }) => {
      assert.equal(instrumentOpenAI(sdk.module), sdk.module);
      instrumentOpenAI(sdk.OpenAI);
      await client.chat.completions.create(question);
      await only();
    });
  });

  test(`a subclass of ${name} that overrides a method is traced once`, async () => {
    const sdk = freshSdk(name);
    const { OpenAI } = sdk as unknown as { OpenAI: ClientClass & Statics };
    class OwnCompletions extends OpenAI.Chat.Completions {
      override create(body: unknown): unknown {
        return super.create(body);
      }
    }
    class OwnChat extends OpenAI.Chat {
      static override Completions = OwnCompletions;
      override readonly completions = new OwnCompletions(this["_client"]);
    }
    class Own extends (OpenAI as ClientClass) {
      static Chat = OwnChat;
      override readonly chat = new OwnChat(this) as unknown as Client["chat"];
    }
    instrumentOpenAI(Own);
    await tracedCalls(sdk, async ({ server, only }) => {
      const client = new Own({ apiKey: "key", baseURL: server.url });
      await client.chat.completions.create(question);
      await only();
    });
  });

  test(`a frozen ${name} goes on working`, async () => {
    const sdk = freshSdk(name);
    const { OpenAI } = sdk as unknown as { OpenAI: Statics };
    Object.freeze(OpenAI.Chat.Completions.prototype);
    await tracedCalls(sdk, async ({ client, delivered }) => {
      assert.ok(await client.chat.completions.create(question));
      await client.embeddings.create({ model: "ada", input: "Hi" });
      assert.deepEqual(
        (await delivered()).map((span) => span.name),
        ["CreateEmbeddings"],
      );
    });
  });
}

interface Statics {
  Chat: (new (client: unknown) => { _client: unknown; completions: unknown }) & {
    Completions: (new (client: unknown) => { create(body: unknown): unknown }) & {
      prototype: object;
    };
  };
}

for (const input of [undefined, null, 42, "openai", {}, [], () => {}, class OpenAI {}, new Map()]) {
  test(`${String(input)} (${typeof input}) is not the SDK`, () => {
    assert.throws(() => instrumentOpenAI(input), InvalidSdkInputError);
    assert.equal(installOpenAIInstrumentation(input), false);
  });
}

test("a module whose exports throw is not the SDK", () => {
  const mock = new Proxy({}, { get: () => assert.fail("no such export") });
  assert.throws(() => instrumentOpenAI(mock), InvalidSdkInputError);
});

for (const input of [42, "tracer", {}, [], () => {}, { tracer: {} }, { provider: {} }]) {
  test(`${JSON.stringify(input) ?? "a function"} is no tracer`, () => {
    const { module } = freshSdk("openai-6");
    assert.throws(() => instrumentOpenAI(module, input as never), InvalidTracerInputError);
    assert.throws(
      () => installOpenAIInstrumentation(module, input as never),
      InvalidTracerInputError,
    );
    assert.ok(openai.install(module).patched > 0, "nothing may be patched then");
  });
}

/** All ways in which a tracer can be given. */
const tracerInputs: readonly [what: string, of: (provider: BasicTracerProvider) => unknown][] = [
  ["a tracer", (provider) => provider.getTracer("app")],
  ["a provider", (provider) => provider],
  ["an object that has a tracer", (provider) => ({ tracer: provider.getTracer("app") })],
  ["an object that has a provider", (provider) => ({ provider })],
];
for (const [what, of] of tracerInputs) {
  test(`spans go to ${what} of somebody else, with the same attributes`, async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    });
    const sdk = freshSdk("openai-6");
    await using server = await startModelServer();
    const client = new sdk.OpenAI({ apiKey: "key", baseURL: server.url });
    assert.equal(installOpenAIInstrumentation(sdk.module, of(provider) as never), true);
    await client.chat.completions.create(question);
    const [span, ...others] = exporter.getFinishedSpans();
    assert.deepEqual(others, []);
    assert.equal(span?.name, "OpenAI Chat Completions");
    assert.equal(span?.attributes["openinference.span.kind"], "LLM");
    assert.equal(span?.attributes["llm.model_name"], "gpt-4o-mini-2024-07-18");
    assert.equal(span?.attributes["llm.input_messages.0.message.content"], "Tell me a story");
    await outcome(client.chat.completions.create({ model: "gpt-4o-mini" }));
    assert.equal(exporter.getFinishedSpans().length, 2);
  });
}

test("whoever names the tracing that runs means that of the future too", async () => {
  const sdk = freshSdk("openai-6");
  const counts: number[] = [];
  const call = async ({ client, delivered }: CallRound): Promise<void> => {
    await client.chat.completions.create(question);
    counts.push((await delivered()).length);
  };
  await tracedCalls(sdk, async (round) => {
    instrumentOpenAI(sdk.module, round.tracing);
    await call(round);
  });
  await tracedCalls(sdk, call);
  assert.deepEqual(counts, [1, 1]);
});

test("without tracing, and after it, calls are the original's", async () => {
  const sdk = freshSdk("openai-6");
  instrumentOpenAI(sdk.module);
  await using server = await startModelServer();
  const client = new sdk.OpenAI({ apiKey: "key", baseURL: server.url });
  const before = client.chat.completions.create(question);
  const own = Object.getOwnPropertyNames(before);
  assert.ok(await before);
  const tracing = await setup({ endpoint: "http://127.0.0.1:9", autoInstrument: false });
  await tracing.shutdown(0);
  const after = client.chat.completions.create(question);
  assert.deepEqual(Object.getOwnPropertyNames(after), own);
  assert.ok(await after);
  assert.equal(tracing.stats().started, 0);
});

test("what is not sampled is called as it is", async () => {
  process.env["OTEL_TRACES_SAMPLER"] = "always_off";
  const sdk = freshSdk("openai-6");
  try {
    await tracedCalls(sdk, async ({ client, delivered }) => {
      assert.ok(await client.chat.completions.create(question));
      assert.deepEqual(await delivered(), []);
    });
  } finally {
    delete process.env["OTEL_TRACES_SAMPLER"];
  }
});
