// When records cross to the native side, and what is there to be read when they do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTick, setTimeout as delay } from "node:timers/promises";

import { Desk, END, PART, recordKinds } from "./desk.js";

/** As in the outbox: how long a record waits for more unless it is told, and how large a chunk gets. */
const MAX_WAIT_MS = 5;
const CHUNK_BYTES = 256 * 1024;

function burst(desk: Desk, spans: number): void {
  for (let index = 0; index < spans; index++) desk.start().setAttribute("index", index).end();
}

function endedSpans(desk: Desk): number {
  return desk.crossings.reduce((sum, crossing) => sum + crossing.ended, 0);
}

/** Waits until that many spans have crossed by themselves. */
async function crossed(desk: Desk, spans: number): Promise<void> {
  while (endedSpans(desk) < spans) await nextTick();
}

/** Spans of one tick, which the machine has let us write before they would have crossed early. */
function quickBurst(count: number): Desk {
  for (;;) {
    const desk = new Desk();
    const began = performance.now();
    burst(desk, count);
    if (performance.now() - began < MAX_WAIT_MS) return desk;
  }
}

test("all spans of one tick cross together, after it", async () => {
  const desk = quickBurst(50);
  assert.equal(desk.crossings.length, 0);
  await crossed(desk, 50);
  assert.equal(desk.crossings.length, 1);
  const [crossing] = desk.crossings;
  assert.deepEqual([crossing?.started, crossing?.ended], [50, 50]);
  assert.deepEqual(recordKinds(crossing?.records ?? Buffer.alloc(0)), Array(50).fill(END));
});

test("spans that come tick after tick cross a few times, not with each", async () => {
  const desk = new Desk();
  const began = performance.now();
  for (let round = 0; round < 200; round++) {
    burst(desk, 1);
    await nextTick();
  }
  await crossed(desk, 200);
  const most = Math.ceil((performance.now() - began) / MAX_WAIT_MS) + 2;
  assert.ok(desk.crossings.length <= most, `${desk.crossings.length} crossings, at most ${most}`);
});

test("records wait for more as long as the outbox is told", async () => {
  const desk = new Desk();
  burst(desk, 1);
  await crossed(desk, 1);
  desk.outbox.maxWaitMs = 20 * MAX_WAIT_MS;
  // Where a record has crossed because it came late, the timer finds nothing.
  const withRecords = () => desk.crossings.filter(({ ended }) => ended > 0);
  while (withRecords().length < 6) {
    burst(desk, 1);
    await delay(1);
  }
  const crossings = withRecords();
  const gaps = crossings.slice(1).map(({ at }, index) => at - (crossings[index]?.at ?? at));
  // Timers count from when their turn of the event loop began, which a machine under load may make
  // long: not all of them.
  const median = gaps.toSorted((one, other) => one - other)[2];
  assert.ok((median ?? 0) >= 75, `${gaps.join()} ms`);
});

test("a chunk that is large enough crosses at once", () => {
  const desk = new Desk();
  const text = "x".repeat(10_000);
  let spans = 0;
  while (desk.crossings.length < 3) {
    desk.start().setAttribute("text", text).end();
    spans += 1;
  }
  assert.equal(endedSpans(desk), spans);
  // A slow machine may hand over earlier, because of the time; later must not be.
  for (const { records } of desk.crossings) assert.ok(records.length < CHUNK_BYTES + 11_000);
});

test("a snapshot that is large enough crosses at once, before its span ends", () => {
  const desk = new Desk();
  const span = desk.start();
  span.setJson("large", "x".repeat(CHUNK_BYTES));
  assert.equal(desk.crossings.length, 1);
  assert.deepEqual(recordKinds(desk.crossings[0]?.records ?? Buffer.alloc(0)), [PART]);
  assert.deepEqual([desk.crossings[0]?.started, desk.crossings[0]?.ended], [1, 0]);
});

test("a long synchronous run does not keep its spans to itself", () => {
  const desk = new Desk();
  let waitingSince = Number.POSITIVE_INFINITY;
  while (desk.crossings.length < 10) {
    const before = desk.crossings.length;
    const waitedMs = performance.now() - waitingSince;
    burst(desk, 1);
    if (desk.crossings.length > before) {
      waitingSince = Number.POSITIVE_INFINITY;
    } else {
      assert.ok(waitedMs < MAX_WAIT_MS, `${waitedMs} ms without a crossing`);
      waitingSince = Math.min(waitingSince, performance.now());
    }
  }
});

test("what has ended is there to be read although nothing has crossed", () => {
  const desk = new Desk();
  const open = desk.start("open");
  open.setJson("snapshot", { a: 1 });
  burst(desk, 3);
  assert.equal(desk.crossings.length, 0);
  assert.deepEqual(recordKinds(desk.committed()), [PART, END, END, END]);
});

test("what has ended is there to be read although the memory was replaced", () => {
  const desk = new Desk();
  burst(desk, 3);
  const before = desk.replaced;
  // Too large for the first memory, and then given up.
  assert.throws(() => desk.outbox.walker.reserve(512 * 1024 * 1024));
  desk.outbox.walker.reserve(1024 * 1024);
  assert.ok(desk.replaced > before);
  assert.deepEqual(recordKinds(desk.committed()), [END, END, END]);
  desk.outbox.submit();
  assert.deepEqual([desk.crossings[0]?.started, desk.crossings[0]?.ended], [3, 3]);
});

test("counts cross with the records, and start anew", () => {
  const desk = new Desk();
  const span = desk.start();
  span.end();
  span.end();
  span.setAttribute("late", 1).addEvent("late").updateName("late");
  desk.outbox.submit();
  const counts = desk.crossings.map((crossing) => [
    crossing.started,
    crossing.ended,
    crossing.ignored,
  ]);
  assert.deepEqual(counts, [[1, 1, 4]]);
  desk.outbox.submit();
  const last = desk.crossings.at(-1);
  assert.deepEqual([last?.started, last?.ended, last?.ignored, last?.records.length], [0, 0, 0, 0]);
});

test("when the process is ending each span crosses at once", () => {
  const desk = new Desk();
  burst(desk, 2);
  desk.outbox.flushAtEnd();
  burst(desk, 3);
  assert.deepEqual(
    desk.crossings.map(({ ended }) => ended),
    [2, 1, 1, 1],
  );
});

test("timers that a test framework has replaced do not stop spans", async () => {
  const { setImmediate, setTimeout } = globalThis;
  const desk = new Desk();
  const replaced = (): never => assert.fail("a replaced timer was used");
  Object.assign(globalThis, { setImmediate: replaced, setTimeout: replaced });
  try {
    burst(desk, 2);
    await crossed(desk, 2);
    burst(desk, 2);
    await crossed(desk, 4);
  } finally {
    Object.assign(globalThis, { setImmediate, setTimeout });
  }
});

test("nothing crosses when nothing happens", async () => {
  const desk = new Desk();
  burst(desk, 1);
  await crossed(desk, 1);
  const count = desk.crossings.length;
  await delay(4 * MAX_WAIT_MS);
  assert.equal(desk.crossings.length, count);
});
