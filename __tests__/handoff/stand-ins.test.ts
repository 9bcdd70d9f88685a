// What is written where `JSON.stringify` throws, or loses what matters. Capturing never throws.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

import { wrap } from "./arbitrary-values.js";
import { jsonOf } from "./desk.js";

function parsed(value: unknown): unknown {
  return JSON.parse(jsonOf(value));
}

const revoked = (target: object): object => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};

const fails = (): never => {
  throw new Error("no reading");
};

test("a cycle ends where it would begin again, and siblings are no cycle", () => {
  const shared = { leaf: 1 };
  const cyclic: Record<string, unknown> = { a: shared, b: shared };
  cyclic["self"] = cyclic;
  cyclic["list"] = [cyclic, [shared]];
  assert.deepEqual(parsed(cyclic), {
    a: shared,
    b: shared,
    self: "[Circular]",
    list: ["[Circular]", [shared]],
  });
  const array: unknown[] = [1];
  array.push(array);
  assert.deepEqual(parsed(array), [1, "[Circular]"]);
});

test("a cycle is found however long it is", () => {
  for (const levels of [2, 62, 63, 64, 65, 66, 200]) {
    const end: Record<string, unknown> = {};
    const cyclic = wrap(end, levels, false) as Record<string, unknown>;
    end["again"] = cyclic;
    assert.equal(jsonOf(cyclic), JSON.stringify(wrap({ again: "[Circular]" }, levels, false)));
  }
});

test("BigInts are their digits", () => {
  assert.deepEqual(parsed([1n, { a: -(2n ** 70n) }, Object(5n)]), [
    "1",
    { a: String(-(2n ** 70n)) },
    "5",
  ]);
  assert.deepEqual(parsed(new BigInt64Array([1n, -1n])), { 0: "1", 1: "-1" });
});

test("a Map is an object, or pairs when its keys are no strings; a Set is a list", () => {
  const key = { id: 1 };
  assert.deepEqual(parsed(new Map([["a", new Set([1, "b"])]])), { a: [1, "b"] });
  assert.deepEqual(
    parsed(
      new Map<unknown, unknown>([
        [key, 1],
        ["b", new Map()],
      ]),
    ),
    [
      [key, 1],
      ["b", {}],
    ],
  );
  assert.deepEqual(parsed([new Set(), new Map()]), [[], {}]);
  const map = new Map<string, unknown>();
  map.set("self", map);
  assert.deepEqual(parsed(map), { self: "[Circular]" });
  assert.equal(jsonOf(new Map([["__proto__", 1]])), '{"__proto__":1}');
});

test("an Error tells its name, message, stack, cause and own properties", () => {
  const error = Object.assign(new TypeError("wrong", { cause: new Error("deeper") }), { code: 7 });
  const read = parsed({ error }) as { error: Record<string, unknown> };
  assert.equal(read.error["name"], "TypeError");
  assert.equal(read.error["message"], "wrong");
  assert.match(String(read.error["stack"]), /TypeError: wrong\n/);
  assert.equal((read.error["cause"] as { message: string }).message, "deeper");
  assert.equal(read.error["code"], 7);
  const many = parsed(new AggregateError([new Error("one")], "all")) as { errors: unknown[] };
  assert.equal((many.errors[0] as { message: string }).message, "one");
});

test("an Error of another realm tells as much", () => {
  const error: unknown = runInNewContext('new TypeError("wrong")');
  const { name, message } = parsed(error) as Record<string, unknown>;
  assert.deepEqual([name, message], ["TypeError", "wrong"]);
});

test("what throws when it is read is a note, and the rest is there", () => {
  const value = {
    before: 1,
    get getter(): never {
      return fails();
    },
    toJSON: undefined,
    inside: { toJSON: fails },
    proxy: new Proxy({}, { ownKeys: fails }),
    gone: revoked({}),
    list: [1, { toJSON: fails }, revoked([]), 2],
    after: 2,
  };
  const note = "[Throws: no reading]";
  const read = parsed(value) as Record<string, unknown>;
  assert.equal(read["getter"], note);
  assert.equal(read["inside"], note);
  assert.equal(read["proxy"], note);
  assert.match(String(read["gone"]), /^\[Throws: .*revoked/);
  const [first, throwing, gone, last] = read["list"] as unknown[];
  assert.deepEqual([first, throwing, last], [1, note, 2]);
  assert.match(String(gone), /^\[Throws: .*revoked/);
  assert.deepEqual([read["before"], read["after"]], [1, 2]);
});

test("nothing that can be thrown gets out", () => {
  const thrown: unknown[] = [
    undefined,
    null,
    "text",
    7,
    Symbol("s"),
    revoked({}),
    { toString: fails },
    Object.create(null),
    new Proxy(new Error("x"), { get: fails, getPrototypeOf: fails }),
    Object.defineProperty(new Error("x"), "message", { get: fails }),
    Object.assign(new Error("x"), { message: 7 }),
  ];
  for (const what of thrown) {
    const value = {
      get a(): unknown {
        throw what;
      },
      b: 1,
    };
    const read = parsed(value) as Record<string, unknown>;
    assert.match(String(read["a"]), /^\[Throws/);
    assert.equal(read["b"], 1);
  }
});

test("no trap of a proxy gets out, wherever it throws", () => {
  const traps = ["get", "has", "ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf"] as const;
  for (const trap of traps) {
    for (const target of [
      { a: 1 },
      [1],
      new Map(),
      new Date(0),
      new Uint8Array(2),
      new Error("x"),
    ]) {
      const proxy = new Proxy(target, { [trap]: fails });
      for (const value of [proxy, [proxy], wrap(proxy, 70, true), { before: 1, proxy }]) {
        assert.doesNotThrow(() => parsed(value), `${trap} of ${target.constructor.name}`);
      }
    }
  }
});

test("ten thousand levels are kept, of arrays and of objects", () => {
  for (const inArrays of [true, false]) {
    const json = jsonOf(wrap("leaf", 10_000, inArrays));
    const [open, close] = inArrays ? ["[", "]"] : ['{"a":', "}"];
    assert.ok(json === `${open.repeat(10_000)}"leaf"${close.repeat(10_000)}`);
  }
});
