// stringifyValue and setSpanAttribute: any value, as the same text that goes out over the wire.

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";
import { setSpanAttribute, setSpanAttributes, stringifyValue } from "catalyst-tracing";

import { NASTY } from "../capture/nasty.js";
import { traced } from "../capture/traced.js";
import { jsonLike } from "../handoff/arbitrary-values.js";

class OwnError extends Error {
  override name = "OwnError";
  readonly status = 500;
}

const circular: Record<string, unknown> = { a: 1, list: [] };
circular["self"] = circular;
(circular["list"] as unknown[]).push(circular);

/** What JSON has no place for, and what stands there instead. */
const STAND_INS: readonly (readonly [value: unknown, json: string])[] = [
  ["text", "text"],
  ["", ""],
  ["\ud800", "\ud800"],
  [5, "5"],
  [Number.NaN, "null"],
  [true, "true"],
  [null, "null"],
  [undefined, "null"],
  [Symbol("s"), "null"],
  [() => 1, "null"],
  [10n ** 20n, "100000000000000000000"],
  [{ big: 10n ** 20n }, '{"big":"100000000000000000000"}'],
  [new Date(0), '"1970-01-01T00:00:00.000Z"'],
  [new Date(Number.NaN), "null"],
  [new Map([["a", new Set([1, 2])]]), '{"a":[1,2]}'],
  [new Map([[1, 2]]), "[[1,2]]"],
  [circular, '{"a":1,"list":["[Circular]"],"self":"[Circular]"}'],
  [{ toJSON: () => ({ b: 1 }) }, '{"b":1}'],
  [
    {
      get a(): never {
        throw new Error("no");
      },
      b: 1,
    },
    '{"a":"[Throws: no]","b":1}',
  ],
  [{ a: undefined, b: () => 1, c: [undefined] }, '{"c":[null]}'],
  [Buffer.from([1]), '{"type":"Buffer","data":[1]}'],
  [new Uint8Array([1, 2]), '{"0":1,"1":2}'],
  [JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
];

for (const [index, [value, json]] of STAND_INS.entries()) {
  test(`stringifyValue makes ${json.slice(0, 40)} of value ${index + 1}`, () => {
    assert.equal(stringifyValue(value), json);
  });
}

test("stringifyValue makes an error into what it says", () => {
  const error = new OwnError("said", { cause: new TypeError("below") });
  const made = JSON.parse(stringifyValue(error)) as Record<string, unknown>;
  assert.equal(made["name"], "OwnError");
  assert.equal(made["message"], "said");
  assert.equal(made["status"], 500);
  assert.equal((made["cause"] as Record<string, unknown>)["message"], "below");
});

test("stringifyValue gives what JSON.stringify gives, wherever that gives anything", () => {
  fc.assert(
    fc.property(jsonLike, (value) => {
      if (typeof value === "string") assert.equal(stringifyValue(value), value);
      else assert.equal(stringifyValue(value), JSON.stringify(value) ?? "null");
    }),
    { numRuns: 1500 },
  );
});

test("stringifyValue gives the text that goes out over the wire", () =>
  traced(async ({ tracer, delivered }) => {
    const values = [
      ...fc.sample(jsonLike, 300),
      ...NASTY.values(),
      ...STAND_INS.map(([value]) => value),
    ].filter((value) => typeof value === "object" && value !== null && value !== globalThis);
    for (const value of values) {
      const span = tracer.startSpan("span");
      // As one item, so that every value is JSON.
      setSpanAttribute(span, "value", [{ value }]);
      span.end();
    }
    const spans = await delivered();
    assert.equal(spans.length, values.length);
    for (const [index, { attributes }] of spans.entries()) {
      assert.equal(attributes["value"], stringifyValue([{ value: values[index] }]));
    }
  }));

test("stringifyValue never throws, and what it gives is JSON", () => {
  for (const [what, nasty] of NASTY) {
    const text = stringifyValue({ nasty });
    assert.doesNotThrow(() => JSON.parse(text), what);
    assert.equal(typeof stringifyValue(nasty), "string", what);
  }
});

test("stringifyValue takes what is deep, wide or long", () => {
  let deep: unknown = 1;
  for (let level = 0; level < 50_000; level += 1) deep = [deep];
  assert.match(stringifyValue(deep), /Too deep/);
  const long = "é".repeat(5_000_000);
  assert.equal(stringifyValue(long), long);
  assert.equal(stringifyValue([long]).length, 5_000_004);
  const wide = Array.from({ length: 100_000 }, () => ({ a: 1 }));
  assert.deepEqual(JSON.parse(stringifyValue(wide)), wide);
});

test("setSpanAttributes sets each by itself: one that throws costs only itself", () =>
  traced(async ({ tracer, only }) => {
    const span = tracer.startSpan("span");
    setSpanAttributes(span, {
      good: 1,
      get bad(): never {
        throw new Error("no");
      },
      fine: { a: 1 },
    });
    setSpanAttributes(span, undefined as never);
    setSpanAttributes(span, 5 as never);
    span.end();
    const { attributes } = await only();
    assert.deepEqual(attributes, { good: 1, bad: "[Throws: no]", fine: '{"a":1}' });
  }));

test("setSpanAttribute and setSpanAttributes never throw", () =>
  traced(async ({ tracer, only }) => {
    const span = tracer.startSpan("span");
    for (const [what, nasty] of NASTY) {
      assert.doesNotThrow(() => setSpanAttribute(span, nasty as never, nasty), what);
      assert.doesNotThrow(() => setSpanAttributes(span, nasty as never), what);
      assert.doesNotThrow(() => setSpanAttributes(nasty as never, { a: 1 }), what);
    }
    span.end();
    await only();
  }));
