// `limits`: what is cut of long values and large spans, as it arrives at the collector.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { agentSpan, manualSpan, setup, type SetupOptions } from "catalyst-tracing";
import { createTestTracing } from "catalyst-tracing/testing";

import { traced } from "../capture/traced.js";
import { loadSdk } from "../integrations/openai/clients.js";
import { tracedCalls } from "../integrations/openai/round.js";
import { startCollector } from "../support/collector.js";
import type { DecodedSpan } from "../support/otlp.js";
import { runProgram } from "../support/subprocess.js";

const COUNT = "catalyst.truncated.count";
const KEYS = "catalyst.truncated.keys";
const MARK = /…\[cut \d+ chars\]$/;

function textOf(span: DecodedSpan, key: string): string {
  const value = span.attributes[key];
  assert.equal(typeof value, "string", `${key} is no text`);
  return value as string;
}

/** 30 KB that begin like a PNG. */
function image(): Buffer {
  const bytes = Buffer.alloc(30_000, 0).map((_, index) => (index * 31) % 251);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.from(bytes);
}

function hashOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 16);
}

test("without limits nothing is cut and nothing is marked", async () => {
  await traced(async ({ only, tracing }) => {
    await manualSpan({ spanName: "s", input: "x".repeat(1_000_000) }, () => undefined);
    const span = await only();
    assert.equal(textOf(span, "input.value").length, 1_000_000);
    assert.equal(span.attributes[COUNT], undefined);
    assert.equal(tracing.stats().truncated, 0);
  });
});

test("a long value is cut with a mark, the span says which, and stats() counts the span", async () => {
  await traced(
    async ({ delivered, tracing }) => {
      await manualSpan(
        { spanName: "long", input: "x".repeat(500), output: "short" },
        () => undefined,
      );
      await manualSpan({ spanName: "short", input: "y" }, () => undefined);
      const [long, short] = await delivered();
      assert.ok(long !== undefined && short !== undefined);
      const input = textOf(long, "input.value");
      assert.equal(input.length, 100);
      assert.match(input, MARK);
      assert.equal(textOf(long, "output.value"), "short");
      assert.equal(long.attributes[COUNT], 1);
      assert.deepEqual(long.attributes[KEYS], ["input.value"]);
      assert.equal(short.attributes[COUNT], undefined);
      assert.equal(tracing.stats().truncated, 1);
    },
    { limits: { valueLength: 100 } },
  );
});

test("errors are cut too: exception events and the status message", async () => {
  await traced(
    async ({ only }) => {
      const fails = manualSpan({ spanName: "s" }, () => {
        throw new Error("e".repeat(500));
      });
      await assert.rejects(fails);
      const span = await only();
      assert.equal(span.status.message.length, 50);
      const exception = span.events[0]?.attributes ?? {};
      assert.equal(exception["exception.type"], "Error");
      assert.equal(String(exception["exception.message"]).length, 50);
      assert.equal(String(exception["exception.stacktrace"]).length, 50);
      assert.deepEqual(span.attributes[KEYS], [
        "events.0.exception.message",
        "events.0.exception.stacktrace",
        "status.message",
      ]);
    },
    { limits: { valueLength: 50 } },
  );
});

test("who a span is about and what it counts is never cut", async () => {
  const agentId = "agent-".repeat(20);
  const sessionId = "session-".repeat(20);
  await traced(
    async ({ only }) => {
      const identity = { agentId, sessionId, userId: sessionId };
      await agentSpan({ ...identity, input: "x".repeat(100) }, (span) => {
        span.setModel("model-".repeat(20));
        span.recordTokens({ prompt: 123_456, completion: 7 });
      });
      const { attributes, name } = await only();
      assert.equal(attributes["agent.id"], agentId);
      assert.equal(attributes["session.id"], sessionId);
      assert.equal(attributes["user.id"], sessionId);
      assert.equal(attributes["llm.model_name"], "model-".repeat(20));
      assert.equal(attributes["llm.token_count.prompt"], 123_456);
      assert.ok(name.startsWith("agent-"));
      assert.deepEqual(attributes[KEYS], ["input.value"]);
    },
    { limits: { valueLength: 10 } },
  );
});

test("JSON that is cut can still be parsed, and so can JSON inside it", async () => {
  await traced(
    async ({ only }) => {
      const order = { query: "q".repeat(2000), limit: 5 };
      const input = {
        messages: Array.from({ length: 5 }, (_, index) => ({
          role: "user",
          content: `${index}: ${"m".repeat(300)}`,
        })),
        call: { name: "search", arguments: JSON.stringify(order) },
      };
      await manualSpan({ spanName: "s", input }, () => undefined);
      const text = textOf(await only(), "input.value");
      assert.ok(text.length <= 1200);
      const parsed = JSON.parse(text) as typeof input;
      assert.equal(parsed.messages[0]?.role, "user");
      assert.match(parsed.messages[0]?.content ?? "", /^0: m+…\[cut \d+ chars\]$/);
      const nested = JSON.parse(parsed.call.arguments) as typeof order;
      assert.equal(nested.limit, 5);
      assert.match(nested.query, MARK);
    },
    { limits: { valueLength: 1200 } },
  );
});

test("images become type, hash and size where they do not fit, and the prompt beside them stays", async () => {
  const sdk = await loadSdk("openai-6", "ESM");
  const url = `data:image/png;base64,${image().toString("base64")}`;
  await tracedCalls(
    sdk,
    async ({ client, only }) => {
      const content = [
        { type: "text", text: "What is on it?" },
        { type: "image_url", image_url: { url } },
      ];
      await client.chat.completions.create({
        model: "gpt-4o",
        messages: [{ role: "user", content }],
      });
      const span = await only();
      const contents = "llm.input_messages.0.message.contents";
      const expected = `data:image/png;sha256=${hashOf(image())};bytes=30000,`;
      assert.equal(span.attributes[`${contents}.1.message_content.image.image.url`], expected);
      assert.equal(new URL(expected).protocol, "data:");
      assert.equal(span.attributes[`${contents}.0.message_content.text`], "What is on it?");
      const request = JSON.parse(textOf(span, "input.value")) as {
        messages: { content: { image_url?: { url: string } }[] }[];
      };
      assert.equal(request.messages[0]?.content[1]?.image_url?.url, expected);
    },
    { limits: { spanBytes: 10_000 } },
  );
});

test("base64 that stands for itself in JSON is said in words", async () => {
  await traced(
    async ({ only }) => {
      const data = image().toString("base64");
      const input = { source: { type: "base64", media_type: "image/png", data } };
      await manualSpan({ spanName: "s", input }, () => undefined);
      const parsed = JSON.parse(textOf(await only(), "input.value")) as typeof input;
      assert.equal(parsed.source.data, `<image/png sha256:${hashOf(image())} 30000 bytes>`);
    },
    { limits: { valueLength: 5000 } },
  );
});

for (const spanBytes of [1024, 4096, 100_000]) {
  test(`no span is larger than ${spanBytes} bytes, whatever is in it`, async () => {
    await traced(
      async ({ collector, delivered }) => {
        for (const size of [10, 1000, 200_000]) {
          await manualSpan({ spanName: `${size}` }, (span) => {
            span.setInput("😀ä\n".repeat(size));
            span.setOutput({
              list: Array.from({ length: size / 10 }, (_, n) => ({ n, text: "x" })),
            });
            for (let n = 0; n < Math.min(size, 500); n += 1) span.setAttribute(`key.${n}`, `v${n}`);
            span.addEvent("event", { text: "e".repeat(size) });
          });
        }
        assert.equal((await delivered()).length, 3);
        for (const { body } of collector.requests) assert.ok(body.length < spanBytes + 1000);
      },
      { limits: { spanBytes }, batching: "simple", compression: "none" },
    );
  });
}

test("each destination has its own limits, or those of the top level", async () => {
  await using whole = await startCollector();
  await using cut = await startCollector();
  await using asAbove = await startCollector();
  const tracing = await setup({
    autoInstrument: false,
    limits: { valueLength: 200 },
    destinations: [
      { endpoint: whole.url, limits: { valueLength: Infinity } },
      { endpoint: cut.url, limits: { valueLength: 100 } },
      { endpoint: asAbove.url },
    ],
  });
  await manualSpan({ spanName: "s", input: "x".repeat(500) }, () => undefined);
  await tracing.flush();
  const lengths = [whole, cut, asAbove].map(
    ({ spans }) => spans[0] && textOf(spans[0], "input.value").length,
  );
  assert.deepEqual(lengths, [500, 100, 200]);
  assert.equal(tracing.stats().truncated, 2);
  await tracing.shutdown();
});

test("a test's tracing takes the option", async () => {
  const tracing = await createTestTracing({ limits: { valueLength: 30 } });
  await manualSpan({ spanName: "s", input: "x".repeat(100) }, () => undefined);
  const [span] = tracing.spans();
  await tracing.shutdown();
  assert.match(String(span?.attributes["input.value"]), /^x{10,}…\[cut \d+ chars\]$/);
});

test("OpenTelemetry's variable limits the length of values", async () => {
  await using collector = await startCollector();
  const program = `
    import { manualSpan, setup } from "catalyst-tracing";
    await setup();
    await manualSpan({ spanName: "s", input: "x".repeat(100) }, () => undefined);
  `;
  const env = {
    OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: "40",
    CATALYST_OTLP_ENDPOINT: collector.url,
  };
  const { stderr } = await runProgram(program, { env });
  assert.equal(stderr, "");
  const input = String(collector.spans[0]?.attributes["input.value"]);
  assert.ok(input.length <= 40, input);
  assert.match(input, MARK);
});

const options: SetupOptions = { limits: { spanBytes: 2000 } };
test("what is cut is cut after it was counted, so nothing is lost by it", async () => {
  await traced(async ({ tracer, delivered }) => {
    for (let n = 0; n < 50; n += 1) {
      tracer.startSpan("s", { attributes: { text: "x".repeat(n * 1000) } }).end();
    }
    assert.equal((await delivered()).length, 50);
  }, options);
});
