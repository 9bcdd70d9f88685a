// What is given to the processor as a span may be anything. It never throws into the app's provider,
// and what cannot be sent is counted.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ROOT_CONTEXT, TraceFlags } from "@opentelemetry/api";
import { CatalystSpanProcessor } from "catalyst-tracing/otel";

import { assertSums, traced } from "../capture/traced.js";

const CONTEXT = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  traceFlags: TraceFlags.SAMPLED,
};

const PLAIN = {
  name: "plain",
  kind: 0,
  startTime: [1_700_000_000, 0],
  endTime: [1_700_000_001, 0],
  status: { code: 0 },
  attributes: { a: 1 },
  events: [],
  links: [],
  resource: { attributes: {} },
  instrumentationScope: { name: "x" },
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
  spanContext: () => CONTEXT,
  setAttribute: () => {},
};

function throwing(): never {
  throw new Error("theirs");
}

function without(...keys: string[]): object {
  const span = Object.defineProperties({}, Object.getOwnPropertyDescriptors(PLAIN));
  for (const key of keys) Object.defineProperty(span, key, { get: throwing });
  return span;
}

function give(processor: CatalystSpanProcessor, span: unknown): void {
  processor.onStart(span as never, ROOT_CONTEXT);
  processor.onEnd(span as never);
}

test("a field that cannot be read costs that field, and is counted as a fault", () =>
  traced(async ({ delivered, tracing }) => {
    const processor = new CatalystSpanProcessor();
    const keys = Object.keys(PLAIN).filter((key) => key !== "spanContext");
    for (const key of keys) give(processor, without(key));
    give(processor, without(...keys));
    const spans = await delivered();
    assert.equal(spans.length, keys.length + 1);
    assert.equal(spans.filter((span) => span.name === "plain").length, keys.length - 1);
    assert.ok(tracing.stats().faults > 0);
    assertSums(tracing.stats());
  }));

const WRONG: Record<string, object> = {
  "no identifiers": { ...PLAIN, spanContext: () => ({ traceId: "", spanId: "", traceFlags: 1 }) },
  "identifiers that throw": { ...PLAIN, spanContext: throwing },
  "identifiers that are nothing": { ...PLAIN, spanContext: () => undefined },
  "no method for them": { ...PLAIN, spanContext: undefined },
};

for (const [what, span] of Object.entries(WRONG)) {
  test(`a span with ${what} is counted as lost`, () =>
    traced(async ({ delivered, tracing }) => {
      give(new CatalystSpanProcessor(), span);
      assert.deepEqual(await delivered(), []);
      const { started, ended, lost } = tracing.stats();
      assert.deepEqual({ started, ended, lost }, { started: 1, ended: 1, lost: 1 });
    }));
}

test("what is no span at all is refused without a word to the app", () =>
  traced(async ({ delivered, tracing }) => {
    const processor = new CatalystSpanProcessor();
    for (const nothing of [undefined, null, 5, "span", {}, []]) give(processor, nothing);
    assert.deepEqual(await delivered(), []);
    assertSums(tracing.stats());
  }));

test("values that are no attributes arrive as what they say, and times that are none as now", () =>
  traced(async ({ only }) => {
    const before = BigInt(Date.now()) * 1_000_000n;
    give(new CatalystSpanProcessor(), {
      ...PLAIN,
      kind: 99,
      name: 5,
      startTime: "yesterday",
      endTime: [Number.NaN, 0],
      attributes: {
        object: { deep: [1n] },
        mixed: ["a", null],
        date: new Date(0),
        none: undefined,
      },
      events: [null, { name: "e", time: "now", attributes: null }, { name: "f", time: [1, 2] }],
      links: [null, {}, { context: CONTEXT }],
      status: { code: "bad" },
      parentSpanContext: { spanId: "nonsense" },
      instrumentationScope: null,
      droppedAttributesCount: -1,
    });
    const span = await only();
    assert.equal(span.name, "5");
    assert.equal(span.kind, 1);
    assert.equal(span.parentSpanId, "");
    assert.equal(span.status.code, 0);
    assert.ok(span.startTimeUnixNano >= before - 1_000_000n);
    assert.ok(span.endTimeUnixNano >= span.startTimeUnixNano);
    assert.deepEqual(span.attributes, {
      object: '{"deep":["1"]}',
      mixed: '["a",null]',
      date: "1970-01-01T00:00:00.000Z",
    });
    assert.deepEqual(
      span.events.map(({ name }) => name),
      ["e", "f"],
    );
    assert.equal(span.links.length, 1);
    assert.equal(span.droppedAttributesCount, 0);
  }));

test("an attribute of five megabytes arrives whole", () =>
  traced(async ({ only }) => {
    const large = "x".repeat(5 * 1024 * 1024);
    give(new CatalystSpanProcessor(), { ...PLAIN, attributes: { large } });
    assert.equal((await only()).attributes["large"], large);
  }));
