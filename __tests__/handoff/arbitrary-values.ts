// Values of every sort that `JSON.stringify` takes, as fast-check draws them. None of them changes
// by being read, so that two readings can be compared. What has a documented stand-in instead of
// its JSON (Map, Set, Error) is not among them.

import fc from "fast-check";

/** Any UTF-16 units at all, so surrogates without their other half too. */
const units = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
  .map((codes) => String.fromCharCode(...codes));

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  units,
  // Around the lengths at which text is copied in another way.
  fc.integer({ min: 10, max: 70 }).map((length) => "é".repeat(length)),
  fc.constantFrom("", "\u0000", "\u007f\u0080\u00ff", "\u2028\u2029", '"\\\b\t\n\f\r', "\ud83d"),
);

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(
    0,
    -0,
    NaN,
    Infinity,
    -Infinity,
    1e21,
    1e-7,
    5e-324,
    Number.MAX_VALUE,
    ...[2 ** 31, 2 ** 32, 2 ** 53].flatMap((edge) => [edge - 1, edge, edge + 1, -edge, 1 - edge]),
  ),
);

const bytes = fc.uint8Array({ maxLength: 24 });

/** Every kind whose elements are numbers, at offsets that are not those of the memory. */
const typedArray = fc.oneof(
  bytes,
  fc.uint8ClampedArray({ maxLength: 8 }),
  fc.int8Array({ maxLength: 8 }),
  fc.uint16Array({ maxLength: 8 }),
  fc.int16Array({ maxLength: 8 }),
  fc.uint32Array({ maxLength: 8 }),
  fc.int32Array({ maxLength: 8 }),
  fc.float32Array({ maxLength: 8 }),
  fc.float64Array({ maxLength: 8 }),
  bytes.map((array) => Buffer.from(array)),
  bytes.map((array) => array.subarray(Math.min(1, array.length))),
  bytes.map((array) => new DataView(array.buffer)),
  bytes.map((array) => array.buffer),
);

const odd = fc.oneof(
  fc.constantFrom<unknown>(undefined, Symbol("s"), () => 1, class Empty {}, /re/g, new WeakMap()),
  fc.constantFrom<unknown>(globalThis.Math, globalThis.JSON, Object(Symbol("boxed"))),
  fc.date({ noInvalidDate: false }),
  text.map((value): unknown => Object(value)),
  number.map((value): unknown => Object(value)),
  fc.boolean().map((value): unknown => Object(value)),
);

const leaf = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 3, arbitrary: number },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, true, false) },
  { weight: 2, arbitrary: odd },
  { weight: 1, arbitrary: typedArray },
);

const key = fc.oneof(
  fc.string({ maxLength: 6 }),
  units,
  fc.nat({ max: 20 }).map(String),
  fc.constantFrom("__proto__", "constructor", "hasOwnProperty", "length", "-1", "01", "4294967295"),
);

type Entries = readonly (readonly [string, unknown])[];

function define(object: object, entries: Entries, attributes: PropertyDescriptor): void {
  for (const [name, value] of entries) {
    Object.defineProperty(object, name, { configurable: true, ...attributes, value });
  }
}

/** Own properties even for a name such as `__proto__`. */
function onto<T extends object>(object: T, entries: Entries): T {
  define(object, entries, { enumerable: true, writable: true });
  return object;
}

function plain(entries: Entries): object {
  return onto({}, entries);
}

function withGetters(entries: Entries): object {
  const object = {};
  for (const [name, value] of entries) {
    const get = (): unknown => value;
    Object.defineProperty(object, name, { get, enumerable: true, configurable: true });
  }
  return object;
}

class Point {
  readonly x: unknown;
  readonly #hidden = 1;
  constructor(x: unknown) {
    this.x = x;
  }
  get computed(): number {
    return this.#hidden;
  }
}

const TRANSPARENT: ProxyHandler<object> = {
  get: (target, name) => Reflect.get(target, name) as unknown,
  ownKeys: (target) => Reflect.ownKeys(target),
};

/** Ways to make an object of names and values. */
const MAKERS: ((entries: Entries) => unknown)[] = [
  plain,
  withGetters,
  (entries) => onto(Object.create(null) as object, entries),
  (entries) => Object.freeze(plain(entries)),
  (entries) => new Proxy(plain(entries), TRANSPARENT),
  (entries) => new Proxy(plain(entries), {}),
  (entries) => onto(Object.create({ inherited: 1 }) as object, entries),
  (entries) => {
    const object = plain(entries);
    define(object, [["hidden", 1]], { enumerable: false });
    return Object.assign(object, { [Symbol("symbol")]: 1 });
  },
  (entries) => onto(new Point(entries[0]?.[1]), entries),
  (entries) => Object.assign(() => 1, { toJSON: () => plain(entries) }),
  (entries) => ({ ignored: 1, toJSON: (name: string) => ({ name, inside: plain(entries) }) }),
  (entries) => ({ toJSON: () => entries[0]?.[1] }),
  () => ({ toJSON: () => undefined }),
  (entries) => ({ toJSON: 1, inside: plain(entries) }),
  (entries) => Object.create({ toJSON: () => entries.length }) as unknown,
];

/** Ways to make an array of items. */
const ARRAY_MAKERS: ((items: unknown[]) => unknown)[] = [
  (items) => items,
  (items) => new Proxy(items, TRANSPARENT),
  (items) => Object.assign(items.slice(), { named: 1 }),
  (items) => Object.assign(items.slice(), { toJSON: () => ({ items }) }),
  (items) => Object.assign([], { length: items.length + 3 }, { 1: items[0] }),
  (items) => {
    const sparse = items.slice();
    Reflect.deleteProperty(sparse, "0");
    return sparse;
  },
  (items) => class Items extends Array {}.from(items) as unknown,
];

/** Below this many levels another way of walking takes over. */
const AROUND_RECURSION_LIMIT = { min: 60, max: 70 };

export const jsonLike: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: "small", withCrossShrink: true },
    leaf,
    fc
      .tuple(fc.constantFrom(...ARRAY_MAKERS), fc.array(tie("value"), { maxLength: 6 }))
      .map(([make, items]) => make(items)),
    fc
      .tuple(
        fc.constantFrom(...MAKERS),
        fc.uniqueArray(fc.tuple(key, tie("value")), { maxLength: 6, selector: ([name]) => name }),
      )
      .map(([make, entries]) => make(entries)),
    fc
      .tuple(fc.integer(AROUND_RECURSION_LIMIT), fc.boolean(), tie("value"))
      .map(([levels, inArrays, inside]) => wrap(inside, levels, inArrays)),
  ),
})).value;

export function wrap(inside: unknown, levels: number, inArrays: boolean): unknown {
  let value = inside;
  for (let level = 0; level < levels; level++) value = inArrays ? [value] : { a: value };
  return value;
}
