// When spans start and end: in every form in which OpenTelemetry lets a caller say it, and on one
// clock when nobody says it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { context, ROOT_CONTEXT, type TimeInput } from "@opentelemetry/api";

import { startCollector } from "../support/collector.js";
import type { DecodedSpan } from "../support/otlp.js";
import { runProgram } from "../support/subprocess.js";
import { spanNamed, traced, under } from "./traced.js";

/** What two looks at two clocks can differ by. */
const CLOCK_TOLERANCE_NANOS = 100_000_000n;

const toNanos = (epochMs: number): bigint => BigInt(Math.round(epochMs * 1e6));

function isNear(actual: bigint, expected: bigint): void {
  const apart = actual > expected ? actual - expected : expected - actual;
  assert.ok(apart <= CLOCK_TOLERANCE_NANOS, `${actual} is ${apart} ns from ${expected}`);
}

const nowMs = Math.ceil(performance.timeOrigin) + 10_000;

const exactTimes: [form: string, time: TimeInput, nanos: bigint][] = [
  ["seconds and nanoseconds", [1_700_000_000, 123_456_789], 1_700_000_000_123_456_789n],
  ["seconds and no nanoseconds", [1_700_000_000, 0], 1_700_000_000_000_000_000n],
  ["milliseconds since 1970", nowMs, BigInt(nowMs) * 1_000_000n],
  ["milliseconds since 1970 with a fraction", nowMs + 0.5, BigInt(nowMs) * 1_000_000n + 500_000n],
  ["a Date", new Date(1_700_000_000_123), 1_700_000_000_123_000_000n],
  ["the Date of 1970", new Date(0), 0n],
];
for (const [form, time, nanos] of exactTimes) {
  test(`a start given as ${form} arrives exactly`, () =>
    traced(async ({ tracer, only }) => {
      tracer.startSpan("timed", { startTime: time }).end();
      const span = await only();
      assert.equal(span.startTimeUnixNano, nanos);
      assert.ok(span.endTimeUnixNano >= nanos);
    }));

  test(`an end given as ${form} arrives exactly`, () =>
    traced(async ({ tracer, only }) => {
      tracer.startSpan("timed", { startTime: [0, 0] }).end(time);
      const span = await only();
      assert.equal(span.startTimeUnixNano, 0n);
      assert.equal(span.endTimeUnixNano, nanos);
    }));
}

test("readings of performance.now() lie where the spans around them do", () =>
  traced(async ({ tracer, named }) => {
    const before = tracer.startSpan("before");
    const startTime = performance.now();
    const given = tracer.startSpan("given", { startTime }, under(ROOT_CONTEXT, before));
    const after = tracer.startSpan("after", {}, under(ROOT_CONTEXT, before));
    given.addEvent("event", {}, performance.now());
    given.end(performance.now());
    after.end();
    before.end();
    const [b, g, a] = [await named("before"), await named("given"), await named("after")];
    assert.ok(b.startTimeUnixNano <= g.startTimeUnixNano);
    assert.ok(g.startTimeUnixNano <= a.startTimeUnixNano);
    assert.ok(g.endTimeUnixNano <= a.endTimeUnixNano);
    assert.ok((g.events[0]?.timeUnixNano ?? 0n) <= g.endTimeUnixNano);
    isNear(g.startTimeUnixNano, toNanos(performance.timeOrigin + startTime));
  }));

test("without a time, spans start and end by the wall clock", () =>
  traced(async ({ tracer, only }) => {
    const before = BigInt(Date.now()) * 1_000_000n;
    tracer.startSpan("now").end();
    const span = await only();
    isNear(span.startTimeUnixNano, before);
    assert.ok(span.endTimeUnixNano >= span.startTimeUnixNano);
  }));

test("an end before the start becomes the start", () =>
  traced(async ({ tracer, delivered }) => {
    tracer.startSpan("both given", { startTime: [1_700_000_000, 5] }).end([1_700_000_000, 4]);
    tracer.startSpan("end given").end([1_700_000_000, 0]);
    tracer.startSpan("start in the future", { startTime: Date.now() + 3_600_000 }).end();
    for (const span of await delivered()) {
      assert.equal(span.endTimeUnixNano, span.startTimeUnixNano, span.name);
    }
  }));

const noTimes: [what: string, time: unknown][] = [
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["an invalid Date", new Date(Number.NaN)],
  ["an empty array", []],
  ["an array of text", ["a", "b"]],
  ["an array of NaN", [Number.NaN, Number.NaN]],
  ["text", "yesterday"],
  ["null", null],
  ["an object", {}],
  ["a BigInt", 5n],
];
for (const [what, time] of noTimes) {
  test(`${what} is no time, so now is taken`, () =>
    traced(async ({ tracer, only }) => {
      const before = BigInt(Date.now()) * 1_000_000n;
      const span = tracer.startSpan("untimed", { startTime: time as TimeInput });
      span.addEvent("event", {}, time as TimeInput);
      span.end(time as TimeInput);
      const arrived = await only();
      isNear(arrived.startTimeUnixNano, before);
      isNear(arrived.events[0]?.timeUnixNano ?? 0n, before);
      isNear(arrived.endTimeUnixNano, before);
      assert.ok(arrived.endTimeUnixNano >= arrived.startTimeUnixNano);
    }));
}

test("times at the edges of what a number can say do not break the wire", () =>
  traced(async ({ tracer, delivered }) => {
    const edges: TimeInput[] = [
      [Number.MAX_SAFE_INTEGER, 999_999_999],
      [1e300, 1e300],
      [-1, -1],
      [0, 2 ** 40],
      Number.MAX_VALUE,
      -Number.MAX_VALUE,
      new Date(8.64e15),
      new Date(-8.64e15),
    ];
    for (const time of edges) {
      const span = tracer.startSpan("edge", { startTime: time });
      span.addEvent("edge", {}, time);
      span.end(time);
    }
    const spans = await delivered();
    assert.equal(spans.length, edges.length);
    for (const span of spans) assert.ok(span.endTimeUnixNano >= span.startTimeUnixNano);
  }));

test("no child starts before its parent or ends after it, in three hundred nested spans", () =>
  traced(async ({ tracer, delivered }) => {
    const nest = (depth: number): void => {
      tracer.startActiveSpan(`depth ${depth}`, (span) => {
        if (depth < 300) nest(depth + 1);
        span.end();
      });
    };
    nest(1);
    const spans = await delivered();
    assert.equal(spans.length, 300);
    assertNested(spans);
  }));

test("no child starts before its parent when the wall clock is set back in between", async () => {
  await using collector = await startCollector();
  const { code, stderr } = await runProgram(
    `
    const real = Date.now;
    let offsetMs = 0;
    Date.now = () => real() + offsetMs;
    const { setup } = await import("catalyst-tracing");
    const { tracer } = await setup();
    tracer.startActiveSpan("outer", (outer) => {
      offsetMs = -3_600_000;
      tracer.startActiveSpan("inner", (inner) => {
        offsetMs = 7_200_000;
        tracer.startSpan("innermost").end();
        inner.end();
      });
      outer.end();
    });`,
    { env: { CATALYST_OTLP_ENDPOINT: collector.url } },
  );
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(collector.spans.length, 3);
  assertNested(collector.spans);
  const apart =
    spanNamed(collector.spans, "innermost").startTimeUnixNano -
    spanNamed(collector.spans, "outer").startTimeUnixNano;
  assert.ok(apart < 60_000_000_000n, "the steps of the wall clock are not in the trace");
});

test("fake timers of a test framework do not reach into spans", (t) =>
  traced(async ({ tracer, only }) => {
    const before = BigInt(Date.now()) * 1_000_000n;
    t.mock.timers.enable({ apis: ["Date", "setTimeout", "setImmediate"], now: 0 });
    tracer.startSpan("real").end();
    const span = await only();
    t.mock.timers.reset();
    isNear(span.startTimeUnixNano, before);
  }));

test("a context that outlives its span still gives children their time and parent", () =>
  traced(async ({ tracer, named }) => {
    const parent = tracer.startSpan("parent");
    const kept = under(context.active(), parent);
    parent.end();
    tracer.startSpan("late child", {}, kept).end();
    const child = await named("late child");
    assert.equal(child.parentSpanId, (await named("parent")).spanId);
    assert.ok(child.startTimeUnixNano >= (await named("parent")).endTimeUnixNano);
  }));

function assertNested(spans: readonly DecodedSpan[]): void {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  for (const span of spans) {
    const parent = byId.get(span.parentSpanId);
    if (parent === undefined) continue;
    assert.ok(span.startTimeUnixNano >= parent.startTimeUnixNano, `${span.name} starts too early`);
    assert.ok(span.endTimeUnixNano <= parent.endTimeUnixNano, `${span.name} ends too late`);
  }
}
