// Wrong arguments, to every method and at every position: nothing throws, the span still arrives,
// and so do the spans around it, with what was set rightly.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  context,
  ROOT_CONTEXT,
  type Span,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";

import { NASTY } from "./nasty.js";
import { traced } from "./traced.js";

type Call = (target: never, nasty: never) => unknown;

const LINK_CONTEXT = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  traceFlags: 1,
};

const spanCalls: Record<string, Call> = {
  "setAttribute(nasty, 1)": (span: Span, nasty) => span.setAttribute(nasty, 1),
  "setAttribute('key', nasty)": (span: Span, nasty) => span.setAttribute("key", nasty),
  "setAttribute(nasty, nasty)": (span: Span, nasty) => span.setAttribute(nasty, nasty),
  "setAttribute('key', [nasty])": (span: Span, nasty) => span.setAttribute("key", [nasty]),
  "setAttribute('key', { nasty })": (span: Span, nasty) =>
    span.setAttribute("key", { nasty } as never),
  "setAttributes(nasty)": (span: Span, nasty) => span.setAttributes(nasty),
  "setAttributes({ key: nasty })": (span: Span, nasty) => span.setAttributes({ key: nasty }),
  "addEvent(nasty)": (span: Span, nasty) => span.addEvent(nasty),
  "addEvent('event', nasty)": (span: Span, nasty) => span.addEvent("event", nasty),
  "addEvent('event', { key: nasty })": (span: Span, nasty) =>
    span.addEvent("event", { key: nasty }),
  "addEvent('event', {}, nasty)": (span: Span, nasty) => span.addEvent("event", {}, nasty),
  "addEvent('event', [nasty, nasty])": (span: Span, nasty) =>
    span.addEvent("event", [nasty, nasty]),
  "addLink(nasty)": (span: Span, nasty) => span.addLink(nasty),
  "addLink({ context: nasty })": (span: Span, nasty) => span.addLink({ context: nasty }),
  "addLink({ context: { traceId: nasty } })": (span: Span, nasty) =>
    span.addLink({ context: { ...LINK_CONTEXT, traceId: nasty } }),
  "addLink({ context: { spanId: nasty } })": (span: Span, nasty) =>
    span.addLink({ context: { ...LINK_CONTEXT, spanId: nasty } }),
  "addLink({ context: { traceFlags: nasty } })": (span: Span, nasty) =>
    span.addLink({ context: { ...LINK_CONTEXT, traceFlags: nasty } }),
  "addLink({ context: { traceState: nasty } })": (span: Span, nasty) =>
    span.addLink({ context: { ...LINK_CONTEXT, traceState: nasty } }),
  "addLink({ attributes: nasty })": (span: Span, nasty) =>
    span.addLink({ context: LINK_CONTEXT, attributes: nasty }),
  "addLinks(nasty)": (span: Span, nasty) => span.addLinks(nasty),
  "addLinks([nasty])": (span: Span, nasty) => span.addLinks([nasty]),
  "setStatus(nasty)": (span: Span, nasty) => span.setStatus(nasty),
  "setStatus({ code: nasty })": (span: Span, nasty) => span.setStatus({ code: nasty }),
  "setStatus({ message: nasty })": (span: Span, nasty) =>
    span.setStatus({ code: 2, message: nasty }),
  "updateName(nasty)": (span: Span, nasty) => span.updateName(nasty),
  "recordException(nasty)": (span: Span, nasty) => span.recordException(nasty),
  "recordException({ code: nasty })": (span: Span, nasty) =>
    span.recordException({ code: nasty, message: nasty, stack: nasty, name: nasty }),
  "recordException(error, nasty)": (span: Span, nasty) =>
    span.recordException(new Error("an error"), nasty),
  "end(nasty)": (span: Span, nasty) => span.end(nasty),
  "end([nasty, nasty])": (span: Span, nasty) => span.end([nasty, nasty]),
};

const options: Record<string, (nasty: never) => object> = {
  nasty: (nasty) => nasty,
  "{ kind: nasty }": (nasty) => ({ kind: nasty }),
  "{ attributes: nasty }": (nasty) => ({ attributes: nasty }),
  "{ attributes: { key: nasty } }": (nasty) => ({ attributes: { key: nasty } }),
  "{ links: nasty }": (nasty) => ({ links: nasty }),
  "{ links: [nasty] }": (nasty) => ({ links: [nasty] }),
  "{ links: [{ context: nasty }] }": (nasty) => ({ links: [{ context: nasty }] }),
  "{ startTime: nasty }": (nasty) => ({ startTime: nasty }),
  "{ startTime: [nasty, nasty] }": (nasty) => ({ startTime: [nasty, nasty] }),
  "{ root: nasty }": (nasty) => ({ root: nasty }),
};

const tracerCalls: Record<string, (tracer: Tracer, nasty: never) => Span | undefined> = {
  "startSpan(nasty)": (tracer, nasty) => tracer.startSpan(nasty),
  "startSpan('name', {}, nasty)": (tracer, nasty) => tracer.startSpan("name", {}, nasty),
  "startActiveSpan(nasty, fn)": (tracer, nasty) => tracer.startActiveSpan(nasty, (span) => span),
  "startActiveSpan('name', {}, nasty, fn)": (tracer, nasty) =>
    tracer.startActiveSpan("name", {}, nasty, (span) => span),
  ...Object.fromEntries(
    Object.entries(options).flatMap(([shown, make]) => [
      [
        `startSpan('name', ${shown})`,
        (tracer: Tracer, nasty: never) => tracer.startSpan("name", make(nasty)),
      ],
      [
        `startActiveSpan('name', ${shown}, fn)`,
        (tracer: Tracer, nasty: never) =>
          tracer.startActiveSpan("name", make(nasty), (span) => span),
      ],
    ]),
  ),
};

/** Everything of `call` that threw, by the value that it was given. */
function complaints(call: (nasty: never) => unknown): string[] {
  const found: string[] = [];
  for (const [name, nasty] of NASTY) {
    try {
      call(nasty as never);
    } catch (error) {
      found.push(`given ${name}: ${String(error)}`);
    }
  }
  return found;
}

for (const [name, call] of Object.entries(spanCalls)) {
  test(`span.${name} never throws, and costs no span`, () =>
    traced(async ({ tracer, delivered }) => {
      const spans = Array.from(NASTY, ([nasty]) =>
        tracer.startSpan(nasty, { attributes: { right: "kept" } }),
      );
      const remaining = spans.values();
      const found = complaints((nasty) => call(remaining.next().value as never, nasty));
      for (const span of spans) span.end();
      assert.deepEqual(found, []);
      const arrived = await delivered();
      assert.equal(arrived.length, NASTY.size);
      for (const span of arrived) assert.equal(span.attributes["right"], "kept", span.name);
    }));
}

for (const [name, call] of Object.entries(tracerCalls)) {
  test(`tracer.${name} never throws, and its span arrives`, () =>
    traced(async ({ tracer, delivered }) => {
      const found = complaints((nasty) => {
        const span = call(tracer, nasty);
        assert.ok(span?.isRecording() === true, "it is not recording");
        span.setAttribute("right", "kept").end();
      });
      assert.deepEqual(found, []);
      const arrived = await delivered();
      assert.equal(arrived.length, NASTY.size);
      for (const span of arrived) assert.equal(span.attributes["right"], "kept", span.name);
    }));
}

test("startActiveSpan without a function runs nothing and does not throw", () =>
  traced(({ tracer }) => {
    const loose = tracer.startActiveSpan.bind(tracer) as (...args: unknown[]) => unknown;
    assert.deepEqual(
      complaints((nasty) => {
        if (typeof nasty === "function") return;
        loose("name", nasty);
        loose("name", {}, nasty);
        loose("name", {}, ROOT_CONTEXT, nasty);
      }),
      [],
    );
  }));

test("getTracer never throws, and its tracers work", () =>
  traced(async ({ tracing, delivered }) => {
    const provider: TracerProvider = tracing.provider;
    const found = complaints((nasty) => {
      provider.getTracer(nasty).startSpan("named by it").end();
      provider.getTracer("library", nasty).startSpan("of that version").end();
      provider.getTracer("library", "1", nasty).startSpan("with these options").end();
    });
    assert.deepEqual(found, []);
    assert.equal((await delivered()).length, 3 * NASTY.size);
  }));

test("context.bind takes whatever it is given", () =>
  traced(() => {
    assert.deepEqual(
      complaints((nasty) => context.bind(ROOT_CONTEXT, nasty)),
      [],
    );
  }));
