// Values that are large, deep or many: nothing is lost below the limits, and what is over them is
// refused without harm to the rest.

import assert from "node:assert/strict";
import { test } from "node:test";

import { runProgram } from "../support/subprocess.js";
import { Desk, END, jsonOf, jsonParts, PART, recordKinds } from "./desk.js";

const MIB = 1024 * 1024;

/** A value of many gigabytes that takes no memory: the same text over and over. */
function sharedBeyondLimits(): unknown {
  let value: unknown = "x".repeat(1000);
  for (let level = 0; level < 8; level++) value = Array<unknown>(10).fill(value);
  return value;
}

function allJson(desk: Desk): string[] {
  return desk.crossings.flatMap(({ records }) => jsonParts(records));
}

test("strings of 5 MB come whole, in one and in two bytes a character", () => {
  for (const unit of [
    "abcdefghij",
    "äöüéèêàâñç",
    "zażółć ✓ ",
    '"\\\n\u0000',
    "\ud83d\ude00\ud83d",
  ]) {
    const text = unit.repeat(Math.ceil((5 * MIB) / unit.length));
    assert.ok(jsonOf(text) === JSON.stringify(text), `${unit}…`);
    assert.ok(jsonOf({ [text]: text }) === JSON.stringify({ [text]: text }), `${unit}… as a key`);
  }
});

test("a string that no request could carry is a note of its length", () => {
  const text = "x".repeat(64 * MIB + 1);
  assert.match(
    jsonOf(["before", text, "after"]),
    /^\["before","\[string of 67108865 .*\]","after"\]$/,
  );
});

test("typed arrays and Buffers of a megabyte come whole", () => {
  const bytes = Buffer.alloc(MIB, "0123456789abcdef");
  const values = [bytes, new Uint8Array(bytes), new Float64Array(MIB / 8).fill(1 / 3)];
  for (const value of values) assert.ok(jsonOf(value) === JSON.stringify(value));
});

test("more different keys than are interned are all right, over many chunks", () => {
  const desk = new Desk();
  const expected: string[] = [];
  for (let round = 0; round < 30; round++) {
    const value: Record<string, number> = {};
    // Half of them new in each round, so that the table fills up and is emptied in between.
    for (let key = 0; key < 1000; key++) value[`key ${round * 500 + key}`] = key;
    value["k".repeat(200)] = round;
    expected.push(JSON.stringify(value));
    desk.start().setJson("json", value);
    if (round % 3 === 2) desk.outbox.submit();
  }
  desk.outbox.submit();
  assert.ok(desk.crossings.length >= 10);
  assert.deepEqual(allJson(desk), expected);
});

test("a chunk grows with what is in it and shrinks when that has crossed", () => {
  const desk = new Desk();
  const initial = desk.memory.length;
  const large = "x".repeat(3 * MIB);
  for (let round = 0; round < 3; round++) {
    desk.start().setJson("large", large);
    desk.outbox.submit();
    assert.equal(desk.memory.length, initial);
    desk.start().setJson("small", round);
    desk.outbox.submit();
  }
  assert.deepEqual(
    allJson(desk).map((json) => json.length),
    [3 * MIB + 2, 1, 3 * MIB + 2, 1, 3 * MIB + 2, 1],
  );
});

test("records of a chunk that grew are those from before and after", () => {
  const desk = new Desk();
  const before = desk.start("before");
  before.setJson("json", { a: 1 }).end();
  desk.start("large").setJson("json", "y".repeat(MIB)).end();
  desk.start("after").setJson("json", { a: 2 }).end();
  desk.outbox.submit();
  const kinds = desk.crossings.flatMap(({ records }) => recordKinds(records));
  assert.deepEqual(kinds, [PART, END, PART, END, PART, END]);
  assert.deepEqual(allJson(desk), ['{"a":1}', JSON.stringify("y".repeat(MIB)), '{"a":2}']);
});

test("a value beyond all limits is refused and counted, and its span crosses without it", () => {
  const desk = new Desk();
  desk.start("before").setJson("json", { a: 1 }).end();
  desk.start("large").setAttribute("plain", 1).setJson("json", sharedBeyondLimits()).end();
  desk.start("after").setJson("json", { a: 2 }).end();
  desk.outbox.submit();
  assert.equal(desk.faults.length, 1);
  const kinds = desk.crossings.flatMap(({ records }) => recordKinds(records));
  assert.deepEqual(kinds, [PART, END, END, PART, END]);
  assert.deepEqual(allJson(desk), ['{"a":1}', '{"a":2}']);
  const counted = desk.crossings.reduce((sum, { faults }) => sum + faults, 0);
  assert.equal(counted, 1);
});

test("an event beyond all limits costs its span's content and no other span", () => {
  const desk = new Desk();
  desk.start("before").setJson("json", { a: 1 }).end();
  const span = desk.start("large");
  span.addEvent("event", { large: sharedBeyondLimits() as never });
  span.end();
  desk.start("after").setJson("json", { a: 2 }).end();
  desk.outbox.submit();
  assert.deepEqual(allJson(desk), ['{"a":1}', '{"a":2}']);
  const kinds = desk.crossings.flatMap(({ records }) => recordKinds(records));
  assert.equal(kinds.filter((kind) => kind === END).length, 3);
  assert.equal(kinds.length, 5);
});

test("links and events that are none cost their span nothing but themselves", () => {
  const desk = new Desk();
  const nonsense: unknown[] = [
    undefined,
    null,
    7,
    "text",
    {},
    { context: undefined },
    { context: {} },
  ];
  nonsense.push({ context: { traceId: "x", spanId: "y", traceFlags: "z" } });
  nonsense.push({
    context: { traceId: 1, spanId: 2, traceFlags: 1, traceState: { serialize: 3 } },
  });
  const before = desk.start("before");
  before.setJson("json", 1).end();
  const span = desk.start("odd");
  for (const link of nonsense) {
    span.addLink(link as never);
    span.addEvent(link as never, link as never, link as never);
    span.recordException(link as never, link as never);
  }
  span.end();
  desk.start("after").setJson("json", 2).end();
  desk.outbox.submit();
  const kinds = desk.crossings.flatMap(({ records }) => recordKinds(records));
  assert.deepEqual(kinds, [PART, END, END, PART, END]);
  assert.deepEqual(allJson(desk), ["1", "2"]);
});

test("spans survive a host that is at the end of its own stack", () => {
  const desk = new Desk();
  const value = { list: [{ a: [1, 2, { b: "text" }] }], wide: "✓" };
  const expected = JSON.stringify(value);
  let spans = 0;
  const recurse = (): void => {
    const span = desk.start();
    try {
      recurse();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    spans += 1;
    try {
      span.setJson("json", value).end();
    } catch (error) {
      // Calling us at all overflows here; that is the host's own doing.
      if (!(error instanceof RangeError)) throw error;
    }
  };
  recurse();
  desk.outbox.submit();
  assert.ok(spans > 100);
  const records = desk.crossings.map((crossing) => crossing.records);
  for (const chunk of records) recordKinds(chunk);
  const json = allJson(desk);
  assert.ok(json.length > 100);
  assert.ok(json.filter((text) => text === expected).length > json.length - 100);
});

/** Values without an end, of which every look shows more. */
const ENDLESS = {
  "a toJSON that gives more of its kind": `
    class Endless { toJSON() { return { next: new Endless() }; } }
    const value = new Endless();`,
  "a getter that gives more of its kind": `
    const make = () => ({ get next() { return make(); } });
    const value = make();`,
  "a proxy that has everything": `
    const make = () => new Proxy({}, {
      ownKeys: () => ["next"],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      get: (_target, name) => (name === "next" ? make() : undefined),
    });
    const value = make();`,
};

for (const [name, source] of Object.entries(ENDLESS)) {
  test(`${name} does not take the process down`, async () => {
    const program = `
      import { Desk } from ${JSON.stringify(new URL("desk.js", import.meta.url).href)};
      ${source}
      const desk = new Desk();
      desk.start().setJson("json", value).end();
      desk.outbox.submit();
      console.log("alive", desk.crossings.reduce((sum, { ended }) => sum + ended, 0));
    `;
    const runtimeArgs = ["--max-old-space-size=256"];
    const result = await runProgram(program, { runtimeArgs, timeoutMs: 60_000 });
    assert.deepEqual([result.stdout, result.code], ["alive 1\n", 0], result.stderr.slice(0, 500));
  });
}
