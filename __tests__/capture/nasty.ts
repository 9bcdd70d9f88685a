// Values that break code which trusts its arguments.

function hostile(): never {
  throw new Error("hostile");
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

const traps = ["get", "has", "ownKeys", "getPrototypeOf", "getOwnPropertyDescriptor"] as const;

const circular: Record<string, unknown> = { name: "circular" };
circular["self"] = circular;

const throwingText = { toString: hostile, valueOf: hostile, [Symbol.toPrimitive]: hostile };

class HostileDate extends Date {
  override getTime(): never {
    return hostile();
  }
}

/** By a name for the message of a test that fails. */
export const NASTY: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["undefined", undefined],
  ["null", null],
  ["NaN", Number.NaN],
  ["-1", -1],
  ["1e400", Number.POSITIVE_INFINITY],
  ["a BigInt", 10n ** 30n],
  ["an empty string", ""],
  ["half a surrogate pair", "\uDC00"],
  ["a symbol", Symbol("nasty")],
  ["true", true],
  ["a function", () => hostile()],
  ["a class", class Nasty {}],
  ["an empty object", {}],
  ["an object without a prototype", Object.create(null)],
  ["an array of nasty values", [undefined, null, Symbol("s"), hostile, Number.NaN]],
  ["a sparse array", new Array(3)],
  ["a circular object", circular],
  ["a frozen object", Object.freeze({ a: Object.freeze([1]) })],
  ["an object whose text throws", throwingText],
  ["an object whose toJSON throws", { toJSON: hostile }],
  [
    "an object whose getter throws",
    Object.defineProperty({}, "a", { get: hostile, enumerable: true }),
  ],
  [
    "an object each of whose expected fields throws",
    Object.defineProperties(
      {},
      Object.fromEntries(
        ["code", "message", "name", "stack", "context", "attributes", "links", "kind", "root"]
          .concat(["startTime", "constructor", "length", "getValue", "spanContext", "toJSON"])
          .map((name) => [name, { get: hostile, enumerable: true }]),
      ),
    ),
  ],
  ["a proxy that throws", new Proxy({}, Object.fromEntries(traps.map((trap) => [trap, hostile])))],
  [
    "a function that throws as a proxy",
    new Proxy(hostile, Object.fromEntries(traps.map((trap) => [trap, hostile]))),
  ],
  ["a revoked proxy", revoked({})],
  ["a revoked proxy of an array", revoked([])],
  ["a revoked proxy of a function", revoked(hostile)],
  ["an invalid Date", new Date(Number.NaN)],
  ["a Date that throws", new HostileDate()],
  ["a promise", Promise.resolve()],
  ["a Map", new Map([[{}, new Set([1])]])],
  ["a WeakMap", new WeakMap()],
  ["an iterator that throws", { [Symbol.iterator]: hostile }],
  ["a generator", (function* () {})()],
  ["a typed array", new Float64Array([Number.NaN])],
  ["a shared buffer", new SharedArrayBuffer(8)],
  ["the global object", globalThis],
]);
