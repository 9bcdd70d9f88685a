// Values of attributes, of every type, as they arrive.

import assert from "node:assert/strict";
import { test } from "node:test";

import type { AttributeValue, Attributes } from "@opentelemetry/api";

import type { AttrType, AttrValue } from "../support/otlp.js";
import { traced, type Round } from "./traced.js";

async function arrived({ tracer, only }: Round, attributes: Record<string, unknown>) {
  const span = tracer.startSpan("subject");
  for (const [key, value] of Object.entries(attributes)) {
    span.setAttribute(key, value as AttributeValue);
  }
  span.end();
  return await only();
}

const shared = { a: 1 };

const values: [what: string, value: unknown, type: AttrType, arrives: AttrValue][] = [
  ["a string", "text", "string", "text"],
  ["an empty string", "", "string", ""],
  ["a string with other scripts", "größer 日本 🙂", "string", "größer 日本 🙂"],
  ["a string with a NUL", "a\0b", "string", "a\0b"],
  ["true", true, "bool", true],
  ["false", false, "bool", false],
  ["zero", 0, "int", 0],
  ["a negative integer", -7, "int", -7],
  ["an integer over 32 bits", 2 ** 40, "int", 2 ** 40],
  ["the largest safe integer", Number.MAX_SAFE_INTEGER, "int", Number.MAX_SAFE_INTEGER],
  ["the smallest safe integer", Number.MIN_SAFE_INTEGER, "int", Number.MIN_SAFE_INTEGER],
  ["a fraction", 0.1, "double", 0.1],
  ["a number near zero", 5e-324, "double", 5e-324],
  ["a very large number", 1e300, "double", 1e300],
  ["NaN", Number.NaN, "double", Number.NaN],
  ["Infinity", Number.NEGATIVE_INFINITY, "double", Number.NEGATIVE_INFINITY],
  ["an array of strings", ["a", "", "ü"], "array", ["a", "", "ü"]],
  ["an array of integers", [1, -2, 2 ** 40], "array", [1, -2, 2 ** 40]],
  ["an array of fractions and integers", [1, 2.5], "array", [1, 2.5]],
  ["an array of booleans", [true, false], "array", [true, false]],
  ["an empty array", [], "array", []],
  ["an array of several types", ["a", 1, true], "string", '["a",1,true]'],
  ["an array with null", ["a", null], "string", '["a",null]'],
  ["an array of arrays", [[1], [2]], "string", "[[1],[2]]"],
  ["an object", { a: 1, b: { c: [null, "ü"] } }, "string", '{"a":1,"b":{"c":[null,"ü"]}}'],
  [
    "an object without a prototype",
    Object.assign(Object.create(null), { a: 1 }),
    "string",
    '{"a":1}',
  ],
  ["an object twice within one", { x: shared, y: shared }, "string", '{"x":{"a":1},"y":{"a":1}}'],
  ["an object with toJSON", { toJSON: () => ({ is: "this" }) }, "string", '{"is":"this"}'],
  ["an object whose toJSON gives text", { toJSON: () => "text" }, "string", "text"],
  ["a small BigInt", 42n, "int", 42],
  ["a large BigInt", 2n ** 70n, "string", (2n ** 70n).toString()],
  ["a Date", new Date(0), "string", "1970-01-01T00:00:00.000Z"],
  ["a Map", new Map([["a", 1]]), "string", '{"a":1}'],
  ["a Set", new Set([1, "b"]), "string", '[1,"b"]'],
  ["a URL", new URL("http://localhost/x"), "string", "http://localhost/x"],
  ["a typed array", new Uint8Array([1, 2]), "string", '{"0":1,"1":2}'],
];
for (const [what, value, type, arrives] of values) {
  test(`${what} arrives as ${type}`, () =>
    traced(async (round) => {
      const span = await arrived(round, { subject: value });
      assert.deepEqual(span.attributes, { subject: arrives });
      assert.equal(span.attributeTypes["subject"], type);
    }));
}

for (const value of [undefined, null, Symbol("s"), () => 1, new Date(Number.NaN)]) {
  test(`${String(value)} is no value, so the attribute keeps the one it had`, () =>
    traced(async (round) => {
      const { tracer, only } = round;
      const span = tracer.startSpan("subject", { attributes: { kept: "value" } });
      span.setAttribute("kept", value as never);
      span.setAttribute("absent", value as never);
      span.end();
      assert.deepEqual((await only()).attributes, { kept: "value" });
    }));
}

test("attributes come from the options, setAttribute and setAttributes, and the last one counts", () =>
  traced(async ({ tracer, only }) => {
    const span = tracer.startSpan("subject", { attributes: { a: 1, b: 1, c: 1 } });
    span.setAttribute("b", "two");
    span.setAttributes({ c: [3], d: { four: 4 } as unknown as string });
    span.setAttribute("d", { four: "again" } as unknown as string);
    span.end();
    const { attributes } = await only();
    assert.deepEqual(attributes, { a: 1, b: "two", c: [3], d: '{"four":"again"}' });
    assert.deepEqual(Object.keys(attributes), ["a", "b", "c", "d"]);
  }));

test("a value is taken as it is when it is set, not at the end", () =>
  traced(async ({ tracer, only }) => {
    const list = ["then"];
    const object = { text: "then" };
    const initial: Attributes = { own: "then" };
    const span = tracer.startSpan("subject", { attributes: initial });
    span.setAttribute("list", list);
    span.setAttribute("object", object as unknown as string);
    list.push("later");
    object.text = "later";
    initial["own"] = "later";
    span.end();
    assert.deepEqual((await only()).attributes, {
      own: "then",
      list: ["then"],
      object: '{"text":"then"}',
    });
  }));

test("two thousand attributes all arrive, and none counts as dropped", () =>
  traced(async (round) => {
    const many = Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [`key.${index}`, index % 2 ? index : `${index}`]),
    );
    const span = await arrived(round, many);
    assert.deepEqual(span.attributes, many);
    assert.equal(span.droppedAttributesCount, 0);
  }));

test("five thousand different keys over many spans all arrive under their names", () =>
  traced(async ({ tracer, delivered }) => {
    for (let index = 0; index < 5000; index += 1) {
      tracer.startSpan("subject").setAttribute(`key.${index}`, index).end();
    }
    const spans = await delivered();
    assert.equal(spans.length, 5000);
    const all = Object.assign({}, ...spans.map((span) => span.attributes)) as Attributes;
    for (let index = 0; index < 5000; index += 1) assert.equal(all[`key.${index}`], index);
  }));

for (const [what, character] of [
  ["of one byte", "a"],
  ["of Latin-1", "ü"],
  ["of two bytes", "日"],
] as const) {
  test(`a string of five million characters ${what} arrives whole`, () =>
    traced(async (round) => {
      const long = character.repeat(5_000_000);
      const span = await arrived(round, { long });
      assert.ok(span.attributes["long"] === long);
    }));
}

test("half a surrogate pair becomes U+FFFD, wherever it stands", () =>
  traced(async ({ tracer, only }) => {
    const bad = "a\uD800b";
    const mended = "a\uFFFDb";
    const span = tracer.startSpan(bad, {
      attributes: { [`key ${bad}`]: bad, list: [bad, "\uDC00"] },
    });
    span.setAttribute("object", { [bad]: bad } as unknown as string);
    span.addEvent(bad, { [bad]: bad });
    span.setStatus({ code: 2, message: bad });
    span.end();
    const arrivedSpan = await only();
    assert.equal(arrivedSpan.name, mended);
    assert.deepEqual(arrivedSpan.attributes, {
      [`key ${mended}`]: mended,
      list: [mended, "\uFFFD"],
      object: '{"a\\ud800b":"a\\ud800b"}',
    });
    assert.deepEqual(arrivedSpan.events[0]?.attributes, { [mended]: mended });
    assert.equal(arrivedSpan.events[0]?.name, mended);
    assert.equal(arrivedSpan.status.message, mended);
  }));

test("a whole surrogate pair at the edge of a short string stays whole", () =>
  traced(async (round) => {
    const texts = Array.from({ length: 40 }, (_, length) => `${"x".repeat(length)}🙂`);
    const span = await arrived(round, Object.fromEntries(texts.map((text) => [text, text])));
    assert.deepEqual(span.attributes, Object.fromEntries(texts.map((text) => [text, text])));
  }));

test("keys that mean something to JavaScript are keys like any other", () =>
  traced(async (round) => {
    const keys = ["__proto__", "constructor", "toString", "0", "hasOwnProperty"];
    const pairs = keys.map((key) => [key, key] as const);
    const span = await arrived(round, Object.fromEntries(pairs));
    assert.deepEqual(new Map(Object.entries(span.attributes)), new Map(pairs));
  }));

test("an empty key does not reach the wire", () =>
  traced(async ({ tracer, only }) => {
    const span = tracer.startSpan("subject", { attributes: { "": 1, a: 1 } });
    span.setAttribute("", { json: true } as unknown as string);
    span.addEvent("event", { "": 1, b: 2 });
    span.end();
    assert.deepEqual((await only()).attributes, { a: 1 });
  }));

test("a key that is no string is ignored", () =>
  traced(async ({ tracer, only }) => {
    const span = tracer.startSpan("subject");
    const keys: unknown[] = [undefined, null, 5, Symbol("s"), {}, () => 1];
    for (const key of keys) {
      span.setAttribute(key as string, "value");
      span.setAttribute(key as string, { json: true } as unknown as string);
    }
    span.end();
    assert.deepEqual((await only()).attributes, {});
  }));

test("one attribute whose getter throws does not cost the others", () =>
  traced(async ({ tracer, only }) => {
    const attributes = {
      before: 1,
      get bad(): string {
        throw new Error("hostile");
      },
      after: 2,
    };
    const span = tracer.startSpan("subject", { attributes });
    span.setAttributes(attributes);
    span.addEvent("event", attributes);
    span.end();
    const arrivedSpan = await only();
    const { before, after } = arrivedSpan.attributes;
    assert.deepEqual({ before, after }, { before: 1, after: 2 });
    assert.equal(arrivedSpan.events[0]?.attributes["after"], 2);
  }));
