// The JSON that the native side writes of a captured value is what `JSON.stringify` gives, wherever
// that gives anything.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";

import fc from "fast-check";

import { jsonLike } from "./arbitrary-values.js";
import { Desk, jsonOf, jsonParts } from "./desk.js";

/** A value that has no JSON is `null` as a snapshot. */
function expected(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}

test("any value becomes the JSON that JSON.stringify writes of it", () => {
  fc.assert(
    fc.property(jsonLike, (value) => {
      assert.equal(jsonOf(value), expected(value));
    }),
    { numRuns: 1500 },
  );
});

test("values of one chunk do not disturb each other", () => {
  fc.assert(
    fc.property(fc.array(jsonLike, { maxLength: 8 }), (values) => {
      const desk = new Desk();
      const span = desk.start();
      for (const value of values) span.setJson("key", value);
      desk.outbox.submit();
      assert.deepEqual(desk.faults, []);
      assert.deepEqual(
        jsonParts(desk.crossings[0]?.records ?? Buffer.alloc(0)),
        values.map(expected),
      );
    }),
    { numRuns: 150 },
  );
});

test("every number in reach of an edge is written as JSON.stringify writes it", () => {
  const numbers: number[] = [];
  for (let power = -1074; power <= 1023; power++) {
    const edge = 2 ** power;
    numbers.push(edge, -edge, edge * (1 + Number.EPSILON), edge * (1 - Number.EPSILON / 2));
  }
  for (let power = -324; power <= 308; power++) numbers.push(Number(`1e${power}`));
  for (const edge of [2 ** 31, 2 ** 32, 2 ** 53]) {
    for (let offset = -3; offset <= 3; offset++) numbers.push(edge + offset, -edge + offset);
  }
  assert.equal(jsonOf(numbers), JSON.stringify(numbers));
});

test("every UTF-16 unit is written as JSON.stringify writes it, alone and among others", () => {
  const all = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
  assert.equal(jsonOf(all), JSON.stringify(all));
  assert.equal(jsonOf(all.join("")), JSON.stringify(all.join("")));
  const backwards = all.reverse().join("");
  assert.equal(jsonOf(backwards), JSON.stringify(backwards));
  const keys = Object.fromEntries(all.map((unit) => [unit, 1]));
  assert.equal(jsonOf(keys), JSON.stringify(keys));
});

test("text of any length around the limits of short strings is whole", () => {
  for (const unit of ["a", "é", "✓", "😀", "\ud83d", '"', "\n"]) {
    for (let length = 0; length <= 140; length++) {
      const text = `${"x".repeat(length % 7)}${unit.repeat(length)}`;
      assert.equal(jsonOf({ [text]: text }), JSON.stringify({ [text]: text }));
    }
  }
});

test("keys come in the order of JSON.stringify, numbers first", () => {
  const value = { b: 1, 2: 1, a: 1, 1: 1, "-1": 1, "01": 1, 4294967294: 1, 4294967295: 1, "": 1 };
  assert.equal(jsonOf(value), JSON.stringify(value));
});

test("toJSON is called once, on the value, with its key", () => {
  const calls: unknown[] = [];
  const value = {
    toJSON(key: unknown): string {
      calls.push([this === value, key]);
      return "json";
    },
  };
  assert.equal(jsonOf({ a: value, b: [value] }), '{"a":"json","b":["json"]}');
  assert.deepEqual(calls, [
    [true, "a"],
    [true, "0"],
  ]);
  assert.equal(jsonOf(value), '"json"');
  assert.deepEqual(calls.at(-1), [true, ""]);
});

test("the toJSON of what toJSON gives is not called", () => {
  const again = { value: 1, toJSON: () => assert.fail("called") };
  const once = { toJSON: () => again };
  assert.equal(jsonOf(once), JSON.stringify(once));
  assert.equal(jsonOf([once]), JSON.stringify([once]));
  const dated = { toJSON: () => new Date(0) };
  assert.equal(jsonOf({ dated }), JSON.stringify({ dated }));
});

test("what a getter or toJSON changes on the way is seen as JSON.stringify sees it", () => {
  const makers: (() => unknown)[] = [
    () => ({
      get a(): number {
        Object.assign(this, { added: 1 });
        return 1;
      },
      b: 2,
    }),
    () => ({
      get a(): number {
        Reflect.deleteProperty(this, "b");
        return 1;
      },
      b: 2,
      c: 3,
    }),
    () => {
      const items: unknown[] = [{ toJSON: () => items.push("more") }, 2];
      return items;
    },
    () => {
      const items: unknown[] = [{ toJSON: () => (items.length = 1) }, 2, 3];
      return items;
    },
  ];
  for (const make of makers) assert.equal(jsonOf(make()), JSON.stringify(make()));
});

test("a snapshot is of the moment at which it was taken", () => {
  const desk = new Desk();
  const messages = ["first"];
  const span = desk.start().setJson("messages", messages);
  messages.push("second");
  span.setJson("messages", messages);
  messages.length = 0;
  desk.outbox.submit();
  const { records } = desk.crossings[0] ?? assert.fail("nothing crossed");
  assert.deepEqual(jsonParts(records), ['["first"]', '["first","second"]']);
});

test("BigInt is written by its toJSON where somebody gave it one", () => {
  const prototype = BigInt.prototype as { toJSON?: () => unknown };
  prototype.toJSON = function toJSON(this: bigint) {
    return { big: this.toString() };
  };
  try {
    assert.equal(jsonOf([1n, { a: 2n }]), JSON.stringify([1n, { a: 2n }]));
  } finally {
    delete prototype.toJSON;
  }
});

test("a Buffer and a typed array with a toJSON of their own are what that says", () => {
  const own = { toJSON: () => "mine" };
  for (const view of [Buffer.from("abc"), new Uint8Array(3), new Float64Array(2)]) {
    assert.equal(jsonOf([Object.assign(view, own)]), '["mine"]');
  }
});

test("a typed array is its elements, without properties that somebody added", () => {
  assert.equal(jsonOf(Object.assign(new Uint8Array([1]), { unit: "ms" })), '{"0":1}');
});

const realm = createContext({});
const fails = (): never => assert.fail("JSON.stringify does not ask");
const borrowing = (prototype: object): object => {
  return Object.assign(Object.create(prototype) as object, { a: 1 });
};

/** By name, as each is a way of its own to be taken for something else. */
const EXOTIC: Record<string, unknown> = {
  "an object of another realm": runInContext("({ a: [1, { b: null }] })", realm),
  "a date of another realm": runInContext("new Date(0)", realm),
  "a typed array of another realm": runInContext("new Uint8Array([1, 2])", realm),
  "a sparse array of another realm": runInContext("[,1]", realm),
  "a boxed string of another realm": runInContext("Object('boxed')", realm),
  "a boxed number of another realm": runInContext("Object(1.5)", realm),
  "a boxed boolean of another realm": runInContext("Object(false)", realm),
  "an object that borrows String's prototype": borrowing(String.prototype),
  "an object that borrows Number's prototype": borrowing(Number.prototype),
  "an object that borrows Boolean's prototype": borrowing(Boolean.prototype),
  "an object that borrows Array's prototype": borrowing(Array.prototype),
  "an object that borrows a typed array's prototype": borrowing(Uint8Array.prototype),
  "a boxed number without Number's prototype": Object.setPrototypeOf(Object(1), {
    valueOf: () => 2,
  }),
  "a boxed string with its own toString": Object.assign(Object("a") as object, {
    toString: () => "b",
  }),
  "a boxed boolean with its own valueOf": Object.assign(Object(true) as object, {
    valueOf: () => 2,
  }),
  "a proxy of a boxed string": new Proxy(Object("text") as object, {}),
  "a proxy of a typed array": new Proxy(new Uint8Array([1, 2]), { ownKeys: () => ["0"] }),
  "a proxy of an array that is shorter than it": new Proxy([1, 2, 3], {
    get: (target, name) => (name === "length" ? 2 : Reflect.get(target, name)) as unknown,
  }),
  "a proxy that makes everything up": new Proxy(
    {},
    {
      ownKeys: () => ["made", "up"],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      get: (_target, name) => (name === "toJSON" ? undefined : String(name)),
    },
  ),
  "a proxy whose prototype is nobody's business": new Proxy({ a: 1 }, { getPrototypeOf: fails }),
  "a proxy that is never asked whether it has a key": new Proxy({ a: 1 }, { has: fails }),
  "a function's arguments": (function collect(..._items: unknown[]) {
    // eslint-disable-next-line prefer-rest-params
    return arguments;
  })(1, { a: 2 }),
};

for (const [name, value] of Object.entries(EXOTIC)) {
  test(`${name} is what JSON.stringify takes it for`, () => {
    assert.equal(jsonOf([value]), JSON.stringify([value]));
  });
}
