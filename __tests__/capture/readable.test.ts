// Spans as OpenTelemetry's own exporters read them: what the collector gets, all of it, in the
// shapes of SDK 1.x and 2.x.

import assert from "node:assert/strict";
import { test } from "node:test";

import { type HrTime, ROOT_CONTEXT, type Span, SpanKind } from "@opentelemetry/api";
import {
  InMemorySpanExporter,
  NoopSpanProcessor,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";

import type { DecodedSpan } from "../support/otlp.js";
import { traced, under } from "./traced.js";

/** What our integrations write to, beside OpenTelemetry's span. */
interface Capturing {
  capture(kind: string, value: unknown): unknown;
}

const REQUEST = {
  model: "gpt-5",
  temperature: 0.5,
  messages: [
    { role: "system", content: "You are brief." },
    { role: "user", content: "Say hello." },
  ],
};

const RESPONSE = {
  model: "gpt-5-2025",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Hello!" } }],
  usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
};

function capture(span: Span): void {
  const capturing = span as unknown as Capturing;
  capturing.capture("openai.chat.request", REQUEST);
  capturing.capture("openai.chat.response", RESPONSE);
}

const toNanos = ([seconds, nanos]: HrTime): bigint =>
  BigInt(seconds) * 1_000_000_000n + BigInt(nanos);

/** Everything that both a processor and the collector know of a span, in one form. */
function onWire(span: DecodedSpan) {
  const { traceId, spanId, parentSpanId, name, kind, attributes, status, scope } = span;
  return {
    ...{ traceId, spanId, parentSpanId, name, attributes },
    kind: kind - 1,
    start: span.startTimeUnixNano,
    end: span.endTimeUnixNano,
    status: [status.code, status.message],
    events: span.events.map((event) => [event.name, event.timeUnixNano, event.attributes]),
    links: span.links.map((link) => [link.traceId, link.spanId, link.attributes]),
    scope: [scope.name, scope.version],
    resource: span.resource,
  };
}

function asRead(span: ReadableSpan) {
  const { traceId, spanId } = span.spanContext();
  const { name, kind, attributes, status, instrumentationScope: scope } = span;
  return {
    ...{ traceId, spanId, name, attributes: { ...attributes }, kind },
    parentSpanId: span.parentSpanContext?.spanId ?? "",
    start: toNanos(span.startTime),
    end: toNanos(span.endTime),
    status: [status.code, status.message ?? ""],
    events: span.events.map((event) => [event.name, toNanos(event.time), event.attributes ?? {}]),
    links: span.links.map((link) => [
      link.context.traceId,
      link.context.spanId,
      link.attributes ?? {},
    ]),
    scope: [scope.name, scope.version ?? ""],
    resource: { ...span.resource.attributes },
  };
}

function record(tracer: { startSpan: (...args: never[]) => Span }): void {
  const start = tracer.startSpan.bind(tracer) as (...args: unknown[]) => Span;
  const parent = start("parent", { attributes: { a: 1, list: ["x", "y"] } });
  const linked = { context: parent.spanContext(), attributes: { why: "test" } };
  const options = { kind: SpanKind.CLIENT, links: [linked] };
  const child = start("child", options, under(ROOT_CONTEXT, parent));
  capture(child);
  child.setAttribute("json", { deep: [1, { ü: null }] } as unknown as string);
  child.setAttribute("llm.system", "mine");
  child.addEvent("event", { n: 2 });
  child.setStatus({ code: 2, message: "failed" });
  child.end();
  parent.end();
}

/** Both sides round the same double to nanoseconds, in their own ways. */
function roundTimes<T extends { start: bigint; end: bigint; events: unknown[][] }>(span: T) {
  const round = (time: bigint): bigint => (time + 500n) / 1000n;
  const events = span.events.map(([name, time, attributes]) => {
    return [name, round(time as bigint), attributes];
  });
  return { ...span, start: round(span.start), end: round(span.end), events };
}

test("an exporter gets the spans that the collector gets, derived attributes included", () =>
  traced(async ({ tracing, tracer, delivered }) => {
    const exporter = new InMemorySpanExporter();
    tracing.provider.addSpanProcessor(new SimpleSpanProcessor(exporter));
    record(tracer);
    await tracing.forceFlush();
    const read = exporter.getFinishedSpans();
    assert.deepEqual(
      read.map((span) => span.name),
      ["child", "parent"],
    );
    const child = read[0]?.attributes ?? {};
    assert.equal(child["llm.model_name"], "gpt-5-2025");
    assert.equal(child["llm.token_count.total"], 15);
    assert.equal(child["llm.input_messages.1.message.content"], "Say hello.");
    assert.equal(child["llm.output_messages.0.message.content"], "Hello!");
    assert.equal(child["input.value"], JSON.stringify(REQUEST));
    assert.equal(child["json"], '{"deep":[1,{"ü":null}]}');
    assert.equal(child["llm.system"], "mine", "what was set comes before what was derived");
    const arrived = await delivered();
    assert.deepEqual(read.map(asRead).map(roundTimes), arrived.map(onWire).map(roundTimes));
  }));

test("a readable span has every field of SDK 1.x and 2.x", () =>
  traced(async ({ tracing, tracer }) => {
    const exporter = new InMemorySpanExporter();
    tracing.provider.addSpanProcessor(new SimpleSpanProcessor(exporter));
    record(tracer);
    await tracing.forceFlush();
    const [child, parent] = exporter.getFinishedSpans();
    assert.ok(child !== undefined && parent !== undefined);
    const { traceId, spanId } = parent.spanContext();
    assert.equal(child.ended, true);
    assert.deepEqual(child.parentSpanContext, { traceId, spanId, traceFlags: 1, isRemote: false });
    assert.equal(parent.parentSpanContext, undefined);
    assert.equal(toNanos(child.duration), toNanos(child.endTime) - toNanos(child.startTime));
    assert.deepEqual(
      [child.droppedAttributesCount, child.droppedEventsCount, child.droppedLinksCount],
      [0, 0, 0],
    );
    assert.equal(child.resource.asyncAttributesPending, false);
    await child.resource.waitForAsyncAttributes?.();
    assert.equal(child.resource.merge(null).attributes["service.name"], tracing.serviceName);
    const asSdk1 = child as unknown as {
      parentSpanId: string;
      instrumentationLibrary: { name: string; version: string };
    };
    assert.equal(asSdk1.parentSpanId, spanId);
    assert.deepEqual(asSdk1.instrumentationLibrary, { ...child.instrumentationScope });
    assert.equal((parent as unknown as { parentSpanId?: string }).parentSpanId, undefined);
  }));

test("a span can be read while it is open, each time as it is then", () =>
  traced(({ tracing, tracer }) => {
    const seen: ReadableSpan[] = [];
    class Seeing extends NoopSpanProcessor {
      override onStart(span: ReadableSpan): void {
        seen.push(span);
      }
    }
    tracing.provider.addSpanProcessor(new Seeing());
    const span = tracer.startSpan("open", { attributes: { a: 1 } });
    const [readable] = seen;
    assert.equal(readable?.ended, false);
    assert.deepEqual({ ...readable?.attributes }, { a: 1 });
    span.setAttribute("b", { c: 2 } as unknown as string);
    capture(span);
    assert.equal(readable?.attributes["b"], '{"c":2}');
    assert.equal(readable?.attributes["llm.token_count.total"], 15);
    span.end();
    assert.equal(readable?.ended, true);
  }));

test("a processor that is added late gets no attribute without a value", () =>
  traced(async ({ tracing, tracer }) => {
    const span = tracer.startSpan("open", { attributes: { a: { b: 1 } as unknown as string } });
    capture(span);
    const exporter = new InMemorySpanExporter();
    tracing.provider.addSpanProcessor(new SimpleSpanProcessor(exporter));
    span.end();
    await tracing.forceFlush();
    const [read] = exporter.getFinishedSpans();
    assert.equal(read?.name, "open");
    for (const [key, value] of Object.entries(read?.attributes ?? {})) {
      assert.notEqual(value, undefined, `${key} has no value`);
    }
  }));
