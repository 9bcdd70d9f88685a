// Spans of a provider of OpenTelemetry's own SDK: handed over as a tracer they get the attributes
// that ours have on the wire, and beside us they inherit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { type Attributes, type Span, trace } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import {
  agentSpan,
  type AgentSpanHandle,
  applyActiveAgentIdentity,
  getCurrentSpan,
  manualSpan,
  observe,
  withAttributes,
} from "catalyst-tracing";

import { isChildOf, traced } from "../capture/traced.js";

function foreign(): { provider: BasicTracerProvider; finished: () => ReadableSpan[] } {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  return { provider, finished: () => exporter.getFinishedSpans() };
}

const OPTIONS = {
  agentId: "i",
  agentName: "n",
  sessionId: "s",
  userId: "u",
  system: "openai",
  metadata: { m: { deep: 1n } },
  tags: ["a", "b"],
  input: [{ role: "user", at: new Date(0), map: new Map([["k", new Set([1])]]) }],
};

function fill(span: AgentSpanHandle): void {
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  span
    .setOutput({ error: { code: 1 }, circular, big: 10n })
    .recordUsage({ prompt_tokens: 1, completion_tokens: 2 })
    .setTool({ name: "t", callId: "c", parameters: { type: "object" } })
    .setAttributes({
      text: "text",
      number: 1.5,
      yes: true,
      texts: ["a", "b"],
      numbers: [1, 2],
      flags: [true],
      none: [],
      objects: [{ a: 1 }],
      date: new Date(0),
      small: 5n,
      large: 10n ** 20n,
      missing: undefined,
      nothing: null,
      fn: () => 1,
      buffer: Buffer.from([1]),
      boxed: Object("boxed"),
      json: { toJSON: () => "as text" },
      "": "no name",
    })
    .setModel("gpt");
}

test("a foreign tracer's spans have the attributes that ours have on the wire", () =>
  traced(async ({ named }) => {
    const { provider, finished } = foreign();
    await agentSpan(provider.getTracer("app"), OPTIONS, fill);
    await manualSpan(provider as never, { ...OPTIONS, spanName: "step" }, fill);
    await agentSpan(OPTIONS, fill);
    await manualSpan({ ...OPTIONS, spanName: "step" }, fill);
    for (const span of finished()) {
      const ours = await named(span.name);
      assert.deepEqual(sorted(span.attributes), sorted(ours.attributes as Attributes), span.name);
    }
    assert.equal(finished().length, 2);
  }));

function sorted(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).sort(([one], [two]) => (one < two ? -1 : 1)),
  );
}

for (const value of [10n, new Date(0), Object("boxed"), Object(5), Buffer.from("b"), true, 5, ""]) {
  test(`an output is the same on both: ${Object.prototype.toString.call(value)}`, () =>
    traced(async ({ only }) => {
      const { provider, finished } = foreign();
      await manualSpan(provider.getTracer("app"), {}, (span) => span.setOutput(value).traceId);
      await manualSpan({}, (span) => span.setOutput(value).traceId);
      assert.deepEqual(finished()[0]?.attributes, (await only()).attributes);
    }));
}

test("an error is recorded on a foreign span as on ours", () =>
  traced(async ({ only }) => {
    const { provider, finished } = foreign();
    const thrown = new RangeError("theirs");
    const fail = (): never => {
      throw thrown;
    };
    const isIt = (error: unknown): boolean => error === thrown;
    await assert.rejects(manualSpan(provider.getTracer("app"), {}, fail), isIt);
    await assert.rejects(manualSpan({}, fail), isIt);
    const [theirs] = finished();
    const ours = await only();
    assert.deepEqual(theirs?.status, ours.status);
    assert.deepEqual(theirs?.events[0]?.attributes, ours.events[0]?.attributes);
  }));

test("our spans nest under a foreign span, and foreign ones under ours", () =>
  traced(async ({ named }) => {
    const { provider, finished } = foreign();
    const tracer = provider.getTracer("app");
    await agentSpan({ agentName: "ours", sessionId: "s" }, async (outer) => {
      await delay(1);
      await manualSpan(tracer, { spanName: "theirs" }, async (middle) => {
        await delay(1);
        assert.equal(getCurrentSpan()?.spanId, middle.spanId);
        await observe(async function inner() {
          await delay(1);
        })();
        const [theirs] = finished();
        assert.equal(theirs, undefined);
        assert.equal(middle.traceId, outer.traceId);
      });
    });
    const [theirs] = finished();
    assert.equal(theirs?.parentSpanContext?.spanId, (await named("ours.run")).spanId);
    assert.equal(theirs.attributes["session.id"], "s");
    const inner = await named("inner");
    assert.equal(inner.parentSpanId, theirs.spanContext().spanId);
    assert.equal(inner.attributes["session.id"], "s");
  }));

test("spans that another instrumentation makes through the global API inherit", () =>
  traced(async ({ delivered, named }) => {
    const library = trace.getTracer("some-instrumentation", "1.2.3");
    await agentSpan({ agentName: "a", sessionId: "s" }, async () => {
      await withAttributes({ tenant: "acme" }, async () => {
        await delay(1);
        await library.startActiveSpan("GET /", async (span) => {
          await delay(1);
          library.startSpan("tcp.connect").end();
          span.end();
        });
      });
    });
    for (const name of ["GET /", "tcp.connect"]) {
      const { attributes } = await named(name);
      assert.deepEqual(attributes, { "agent.name": "a", "session.id": "s", tenant: "acme" });
    }
    isChildOf(await named("tcp.connect"), await named("GET /"));
    isChildOf(await named("GET /"), await named("a.run"));
    assert.equal((await delivered()).length, 3);
  }));

test("applyActiveAgentIdentity gives a foreign span who acts here", () =>
  traced(async () => {
    const { provider, finished } = foreign();
    await agentSpan({ agentName: "a", role: "r", sessionId: "s" }, () => {
      const span: Span = provider.getTracer("app").startSpan("theirs");
      applyActiveAgentIdentity(span);
      span.end();
    });
    assert.deepEqual(finished()[0]?.attributes, {
      "agent.name": "a",
      "agent.role": "r",
      "session.id": "s",
    });
  }));
