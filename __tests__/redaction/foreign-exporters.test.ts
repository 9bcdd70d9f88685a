// Where spans are another provider's, its exporters are not ours: what this package writes on them is
// redacted before.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { context, propagation, SpanStatusCode, trace } from "@opentelemetry/api";
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import {
  agentSpan,
  type CatalystTracing,
  manualSpan,
  type Redact,
  setup,
  type SetupOptions,
  withAttributes,
} from "catalyst-tracing";
import { instrumentOpenAI } from "catalyst-tracing/openai";
import { CatalystSpanProcessor } from "catalyst-tracing/otel";

import { freshSdk } from "../integrations/openai/clients.js";
import { startCollector } from "../support/collector.js";
import { chat } from "../support/model-server/chat.js";
import { startModelServer } from "../support/model-server/server.js";
import { runProgram } from "../support/subprocess.js";

const EMAIL = "ann.lee@example.com";
const TEXT = `write to ${EMAIL}`;
const PSEUDONYM = /<email:[0-9a-f]{8}>/;
const PSEUDONYMS = new RegExp(PSEUDONYM, "g");

afterEach(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

interface Theirs {
  readonly provider: NodeTracerProvider;
  finished(): ReadableSpan[];
}

/** Another provider with an exporter of its own. */
async function beside(body: (theirs: Theirs) => Promise<void>): Promise<void> {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  try {
    await body({ provider, finished: () => exporter.getFinishedSpans() });
  } finally {
    await provider.shutdown();
  }
}

/** The same with `setup()` beside it. */
async function besideSetup(
  options: SetupOptions,
  body: (
    theirs: Theirs,
    again: (options: SetupOptions) => Promise<unknown>,
    tracing: CatalystTracing,
  ) => Promise<void>,
): Promise<void> {
  await using collector = await startCollector();
  const base = { endpoint: collector.url, autoInstrument: false, register: false };
  const tracing = await setup({ ...base, ...options });
  try {
    await beside(async (theirs) => {
      await body(theirs, async (other) => await setup({ ...base, ...other }), tracing);
    });
  } finally {
    await tracing.shutdown();
  }
}

function textOf(spans: readonly ReadableSpan[]): string {
  return JSON.stringify(
    spans.map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
  );
}

test("their exporter gets no address of a call, a step, an event or an error", async () => {
  await besideSetup({ redact: true }, async ({ provider, finished }) => {
    await using server = await startModelServer();
    const tracer = provider.getTracer("app");
    const { OpenAI, module } = freshSdk("openai-7");
    instrumentOpenAI(module, tracer);
    const client = new OpenAI({ apiKey: "key", baseURL: server.url, maxRetries: 0 });
    await agentSpan(tracer, { agentId: "a-1", userId: EMAIL, input: [TEXT] }, async (agent) => {
      agent.setOutput({ nested: JSON.stringify({ to: EMAIL }) });
      agent.setAttributes({ list: [TEXT, "b"], count: 3, flag: true, numbers: [1, 2] });
      agent.addEvent(`sent to ${EMAIL}`, { to: EMAIL });
      agent.setStatus({ code: SpanStatusCode.ERROR, message: TEXT });
      server.reply(chat.text(TEXT));
      const messages = [{ role: "user", content: TEXT }];
      await client.chat.completions.create({ model: "gpt-4o-mini", messages });
      await assert.rejects(
        manualSpan(tracer, { spanName: TEXT, metadata: { to: EMAIL }, tags: [EMAIL] }, () => {
          throw new Error(TEXT);
        }),
      );
    });
    const spans = finished();
    assert.equal(spans.length, 3);
    assert.ok(!textOf(spans).includes("ann.lee"), textOf(spans));
    const pseudonyms = new Set(textOf(spans).match(PSEUDONYMS));
    assert.equal(pseudonyms.size, 1, "one address, one pseudonym");
    const agent = spans.find(({ attributes }) => attributes["openinference.span.kind"] === "AGENT");
    const { list, count, flag, numbers } = agent?.attributes ?? {};
    const [pseudonym] = pseudonyms;
    assert.deepEqual(
      { list, count, flag, numbers },
      { list: [`write to ${pseudonym}`, "b"], count: 3, flag: true, numbers: [1, 2] },
    );
    assert.ok(textOf(spans).includes('"llm.token_count.prompt":'));
  });
});

test("what is redacted and hidden on their spans is counted, each value once", async () => {
  const options: SetupOptions = { redact: ["email", { key: "ssn" }] };
  await besideSetup(options, async ({ provider, finished }, _again, tracing) => {
    const counts = (): number[] => {
      const { redacted, redactionFailures } = tracing.stats();
      return [redacted, redactionFailures];
    };
    const tracer = provider.getTracer("app");
    await manualSpan(tracer, { spanName: "step", input: "nobody" }, (span) => {
      assert.deepEqual(counts(), [0, 0]);
      span.setAttributes({ one: EMAIL, two: TEXT, three: "nobody", ssn: "078-05-1120" });
      assert.deepEqual(counts(), [3, 0]);
      span.addEvent("sent", { to: EMAIL });
      assert.deepEqual(counts(), [4, 0]);
      span.setAttribute("broken", '{"to": ["ann');
      assert.deepEqual(counts(), [4, 1]);
    });
    assert.equal(finished()[0]?.attributes["broken"], "__REDACTED__");
    assert.deepEqual(counts(), [4, 1]);
  });
});

test("their exporter gets no credential of what spans inherit, by no setting at all", async () => {
  const token = "zebra0orchid1tulip2";
  await besideSetup({}, async ({ provider, finished }) => {
    const tracer = provider.getTracer("app");
    await withAttributes({ metadata: { apiKey: token }, "app.password": token }, async () => {
      const spanName = `GET https://me:${token}@shop.example/`;
      await manualSpan(tracer, { spanName, metadata: { apiKey: token } }, () => undefined);
    });
    const [span] = finished();
    assert.equal(span?.name, "GET https://__REDACTED__@shop.example/");
    assert.equal(span.attributes["metadata"], '{"apiKey":"__REDACTED__"}');
    assert.equal(span.attributes["app.password"], "__REDACTED__");
  });
});

test("spans of other code get from CatalystSpanProcessor who they are for, as far as it may be said", async () => {
  await using collector = await startCollector();
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({
    spanProcessors: [new CatalystSpanProcessor(), new SimpleSpanProcessor(exporter)],
  });
  provider.register();
  const options = { endpoint: collector.url, autoInstrument: false, register: false };
  const tracing = await setup({ ...options, redact: true });
  await agentSpan({ agentId: "a-1", userId: EMAIL }, async () => {
    trace.getTracer("http").startSpan("GET").end();
    await Promise.resolve();
  });
  await tracing.shutdown();
  const theirs = exporter.getFinishedSpans();
  const ours = collector.spans;
  const users = [...theirs, ...ours].map(({ attributes }) => String(attributes["user.id"]));
  assert.deepEqual([theirs.length, ours.length], [1, 2]);
  for (const user of users) assert.match(user, PSEUDONYM);
  assert.equal(new Set(users).size, 1);
  await provider.shutdown();
});

test("their exporter gets what the last setup() leaves, whatever was set up before", async () => {
  const own: [redact: Redact | undefined, shown: string][] = [
    [["email"], "write to <email>"],
    [{ detect: ["email"], replace: "[x]" }, "write to [x]"],
    [false, TEXT],
    [[{ pattern: /write/, replace: "read" }], `read to ${EMAIL}`],
    [["email"], "write to <email>"],
    [undefined, TEXT],
  ];
  await besideSetup({}, async ({ provider, finished }, again) => {
    for (const [redact] of own) {
      await again({ redact });
      const tracer = provider.getTracer("app");
      await manualSpan(tracer, { spanName: "step", input: TEXT }, () => undefined);
    }
    const inputs = finished().map(({ attributes }) => attributes["input.value"]);
    assert.deepEqual(
      inputs.map((input) => String(input).replace(PSEUDONYMS, "<email>")),
      own.map(([, shown]) => shown),
    );
  });
});

test("pseudonyms at their exporter are those at our collector", async () => {
  await using collector = await startCollector();
  const tracing = await setup({
    endpoint: collector.url,
    autoInstrument: false,
    register: false,
    redact: true,
  });
  await beside(async ({ provider, finished }) => {
    const options = { spanName: "step", input: TEXT };
    await manualSpan(provider.getTracer("app"), options, () => undefined);
    await manualSpan(options, () => undefined);
    await tracing.shutdown();
    const [theirs, ours] = [finished()[0], collector.spans[0]];
    assert.match(String(ours?.attributes["input.value"]), PSEUDONYM);
    assert.equal(theirs?.attributes["input.value"], ours?.attributes["input.value"]);
  });
});

test("their exporter gets the top level's policy, whatever single destinations may have", async () => {
  await using viewer = await startCollector();
  const destinations = [{ endpoint: viewer.url, redact: false, hide: false }];
  await besideSetup({ redact: true, destinations }, async ({ provider, finished }) => {
    const options = { spanName: "step", input: TEXT };
    await manualSpan(provider.getTracer("app"), options, () => undefined);
    assert.match(String(finished()[0]?.attributes["input.value"]), PSEUDONYM);
  });
});

test("a value that a rule cannot be applied to is hidden there too", async () => {
  await besideSetup({ redact: [{ key: "ssn" }] }, async ({ provider, finished }) => {
    const options = { spanName: "step", input: '{"ssn": "123-45' };
    await manualSpan(provider.getTracer("app"), options, () => undefined);
    assert.equal(finished()[0]?.attributes["input.value"], "__REDACTED__");
  });
});

test("where nothing was set up the environment says what their exporter gets", async () => {
  const program = `
    import { manualSpan } from "catalyst-tracing";
    import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor }
      from "@opentelemetry/sdk-trace-base";
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const options = { spanName: "step", input: "${TEXT}" };
    await manualSpan(provider.getTracer("app"), options, () => {});
    console.log(exporter.getFinishedSpans()[0].attributes["input.value"]);
  `;
  const { stdout, stderr } = await runProgram(program, { env: { CATALYST_REDACT: "email" } });
  assert.equal(stderr, "");
  assert.match(stdout, PSEUDONYM);
});
