// Events, links, exceptions and status.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createTraceState, type Exception, type Span, SpanStatusCode } from "@opentelemetry/api";

import { traced, type Round } from "./traced.js";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const SPAN_ID = "b7ad6b7169203331";

/** Runs `act` on one span and returns it as it arrived. */
async function arrived({ tracer, only }: Round, act: (span: Span) => void) {
  const span = tracer.startSpan("subject");
  act(span);
  span.end();
  return await only();
}

test("events arrive in order, with their attributes and times", () =>
  traced(async (round) => {
    const before = BigInt(Date.now()) * 1_000_000n;
    const span = await arrived(round, (subject) => {
      subject.addEvent("bare");
      subject.addEvent("with attributes", { a: 1, b: "two", c: [true, false] });
      subject.addEvent("with a time", [1_700_000_000, 5]);
      subject.addEvent("with both", { a: 1.5 }, new Date(1_700_000_000_123));
    });
    assert.deepEqual(
      span.events.map(({ name, attributes }) => [name, attributes]),
      [
        ["bare", {}],
        ["with attributes", { a: 1, b: "two", c: [true, false] }],
        ["with a time", {}],
        ["with both", { a: 1.5 }],
      ],
    );
    const [bare, , timed, both] = span.events;
    assert.ok((bare?.timeUnixNano ?? 0n) >= before - 30_000_000n);
    assert.ok((bare?.timeUnixNano ?? 0n) >= span.startTimeUnixNano);
    assert.ok((bare?.timeUnixNano ?? 0n) <= span.endTimeUnixNano);
    assert.equal(timed?.timeUnixNano, 1_700_000_000_000_000_005n);
    assert.equal(both?.timeUnixNano, 1_700_000_000_123_000_000n);
    assert.equal(span.droppedEventsCount, 0);
  }));

test("an event keeps the attributes that it was given, whatever becomes of the object", () =>
  traced(async (round) => {
    const attributes: Record<string, string> = { a: "then" };
    const span = await arrived(round, (subject) => {
      subject.addEvent("event", attributes);
      attributes["a"] = "later";
    });
    assert.deepEqual(span.events[0]?.attributes, { a: "then" });
  }));

test("a thousand events and a thousand links all arrive", () =>
  traced(async (round) => {
    const context = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 };
    const span = await arrived(round, (subject) => {
      for (let index = 0; index < 1000; index += 1) {
        subject.addEvent(`event ${index}`, { index });
        subject.addLink({ context, attributes: { index } });
      }
    });
    assert.deepEqual(
      span.events.map((event) => event.attributes["index"]),
      Array.from({ length: 1000 }, (_, index) => index),
    );
    assert.equal(span.links.length, 1000);
    assert.deepEqual([span.droppedEventsCount, span.droppedLinksCount], [0, 0]);
  }));

test("links come from the options, addLink and addLinks", () =>
  traced(async ({ tracer, only }) => {
    const other = tracer.startSpan("never ended").spanContext();
    const traceState = createTraceState("vendor=1");
    const foreign = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1, traceState };
    const span = tracer.startSpan("linked", { links: [{ context: other }] });
    span.addLink({ context: foreign, attributes: { why: "because", n: 2 } });
    span.addLinks([{ context: other }, { context: foreign }]);
    span.end();
    const { links } = await only();
    assert.deepEqual(
      links.map((link) => link.traceId),
      [other.traceId, TRACE_ID, other.traceId, TRACE_ID],
    );
    assert.deepEqual(links[1], {
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      traceState: "vendor=1",
      attributes: { why: "because", n: 2 },
    });
  }));

test("a link to a span with an invalid context does not reach the wire", () =>
  traced(async (round) => {
    const span = await arrived(round, (subject) => {
      subject.addLink({ context: { traceId: "0".repeat(32), spanId: SPAN_ID, traceFlags: 0 } });
      subject.addLink({ context: { traceId: TRACE_ID, spanId: "short", traceFlags: 0 } });
      subject.addLink({ context: { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 0 } });
    });
    assert.deepEqual(
      span.links.map((link) => link.spanId),
      [SPAN_ID],
    );
  }));

class CodedError extends Error {
  code = "E_CODE";
}

const throwingGetter = Object.defineProperty(new Error("seen"), "stack", {
  get: () => {
    throw new Error("hostile");
  },
});

const exceptions: [behaviour: string, exception: unknown, attributes: Record<string, unknown>][] = [
  ["a string is its message", "went wrong", { "exception.message": "went wrong" }],
  [
    "an object's message and name are taken",
    { message: "went wrong", name: "Oops" },
    { "exception.message": "went wrong", "exception.type": "Oops" },
  ],
  [
    "an object's code comes before its name",
    { message: "went wrong", name: "Oops", code: 42 },
    { "exception.message": "went wrong", "exception.type": "42" },
  ],
  ["a number is its message", 42, { "exception.message": "42" }],
  ["null is its message", null, { "exception.message": "null" }],
  ["a symbol is its message", Symbol("s"), { "exception.message": "Symbol(s)" }],
];
for (const [behaviour, exception, attributes] of exceptions) {
  test(`of an exception, ${behaviour}`, () =>
    traced(async (round) => {
      const span = await arrived(round, (subject) => {
        subject.recordException(exception as Exception);
      });
      assert.equal(span.events[0]?.name, "exception");
      assert.deepEqual(span.events[0]?.attributes, attributes);
      assert.equal(span.status.code, 0, "recording is not judging");
    }));
}

test("an Error is recorded with its type, message and stack, at the time that is given", () =>
  traced(async (round) => {
    const error = new TypeError("no such thing");
    const span = await arrived(round, (subject) => {
      subject.recordException(error, [1_700_000_000, 1]);
      subject.recordException(new CodedError("coded"));
    });
    const [first, second] = span.events;
    assert.deepEqual(first?.attributes, {
      "exception.type": "TypeError",
      "exception.message": "no such thing",
      "exception.stacktrace": error.stack,
    });
    assert.equal(first?.timeUnixNano, 1_700_000_000_000_000_001n);
    assert.equal(second?.attributes["exception.type"], "E_CODE");
  }));

test("an Error one of whose getters throws is recorded with the rest", () =>
  traced(async (round) => {
    const span = await arrived(round, (subject) => subject.recordException(throwingGetter));
    assert.equal(span.events[0]?.attributes["exception.message"], "seen");
    assert.equal(span.events[0]?.attributes["exception.type"], "Error");
  }));

const { UNSET, OK, ERROR } = SpanStatusCode;

const statuses: [
  behaviour: string,
  set: { code: SpanStatusCode; message?: string }[],
  arrives: { code: number; message: string },
][] = [
  ["is unset when nobody sets it", [], { code: 0, message: "" }],
  ["is an error with its message", [{ code: ERROR, message: "m" }], { code: 2, message: "m" }],
  ["is an error without a message", [{ code: ERROR }], { code: 2, message: "" }],
  [
    "loses a message that is not an error's",
    [{ code: OK, message: "m" }],
    { code: 1, message: "" },
  ],
  [
    "goes from error to ok",
    [{ code: ERROR, message: "m" }, { code: OK }],
    { code: 1, message: "" },
  ],
  ["stays ok", [{ code: OK }, { code: ERROR, message: "m" }], { code: 1, message: "" }],
  [
    "is the last of several errors",
    [
      { code: ERROR, message: "a" },
      { code: ERROR, message: "b" },
    ],
    { code: 2, message: "b" },
  ],
  ["cannot be unset", [{ code: ERROR, message: "m" }, { code: UNSET }], { code: 2, message: "m" }],
  ["ignores codes that do not exist", [{ code: 7 as SpanStatusCode }], { code: 0, message: "" }],
];
for (const [behaviour, set, arrives] of statuses) {
  test(`a status ${behaviour}`, () =>
    traced(async (round) => {
      const span = await arrived(round, (subject) => {
        for (const status of set) subject.setStatus(status);
      });
      assert.deepEqual(span.status, arrives);
    }));
}

test("a second end, and whatever is set after the end, is ignored and counted", () =>
  traced(async ({ tracer, tracing, only }) => {
    const context = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 };
    const span = tracer.startSpan("ended", { attributes: { a: 1 } });
    span.end();
    span.end();
    span.setAttribute("a", 2);
    span.setAttribute("b", { late: true } as unknown as string);
    span.setAttributes({ c: 3 });
    span.addEvent("late");
    span.recordException(new Error("late"));
    span.addLink({ context });
    span.addLinks([{ context }]);
    span.setStatus({ code: ERROR });
    span.updateName("late");
    const arrivedSpan = await only();
    assert.equal(arrivedSpan.name, "ended");
    assert.deepEqual(arrivedSpan.attributes, { a: 1 });
    assert.deepEqual([arrivedSpan.events, arrivedSpan.links], [[], []]);
    assert.equal(arrivedSpan.status.code, 0);
    const { ignored, started, ended } = tracing.stats();
    assert.deepEqual({ ignored, started, ended }, { ignored: 10, started: 1, ended: 1 });
  }));
