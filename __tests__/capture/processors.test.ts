// Span processors and exporters of OpenTelemetry's own SDK beside our pipeline: they see complete
// spans, and nothing that they do disturbs ours.

import assert from "node:assert/strict";
import { test } from "node:test";

import { type Context, type HrTime, ROOT_CONTEXT, type Span, SpanKind } from "@opentelemetry/api";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import {
  BatchSpanProcessor,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
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

const toNanos = ([seconds, nanos]: HrTime): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(nanos);

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

/** Both sides round the same double to nanoseconds, in their own ways. */
function roundTimes<T extends { start: bigint; end: bigint; events: unknown[][] }>(span: T) {
  const round = (time: bigint): bigint => (time + 500n) / 1000n;
  const events = span.events.map(([name, time, attributes]) => {
    return [name, round(time as bigint), attributes];
  });
  return { ...span, start: round(span.start), end: round(span.end), events };
}

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

class CollectingExporter implements SpanExporter {
  readonly batches: string[][] = [];
  isShutDown = false;

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.batches.push(spans.map((span) => `${span.name} ${String(span.attributes["n"])}`));
    done({ code: ExportResultCode.SUCCESS });
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {
    this.isShutDown = true;
  }
}

test("a batch processor exports in batches, and forceFlush and shutdown reach it", async () => {
  const exporter = new CollectingExporter();
  await traced(async ({ tracing, tracer }) => {
    tracing.provider.addSpanProcessor(new BatchSpanProcessor(exporter, { maxExportBatchSize: 10 }));
    for (let n = 0; n < 25; n += 1) tracer.startSpan("span", { attributes: { n } }).end();
    await tracing.forceFlush();
    assert.deepEqual(
      exporter.batches.map((batch) => batch.length),
      [10, 10, 5],
    );
    tracer.startSpan("last", { attributes: { n: 25 } }).end();
    await tracing.shutdown();
    assert.equal(exporter.isShutDown, true);
    assert.equal(exporter.batches.at(-1)?.at(-1), "last 25");
  });
});

/** A processor that does nothing but what it is told. */
function processor(parts: Partial<SpanProcessor>): SpanProcessor {
  const nothing = async (): Promise<void> => {};
  return { onStart: () => {}, onEnd: () => {}, forceFlush: nothing, shutdown: nothing, ...parts };
}

test("a processor sees each span start, with its context, and may write to it", () =>
  traced(async ({ tracing, tracer, named }) => {
    const contexts: Context[] = [];
    tracing.provider.addSpanProcessor(
      processor({
        onStart: (span, parentContext) => {
          contexts.push(parentContext);
          assert.equal(span.isRecording(), true);
          span.setAttribute("by processor", true);
        },
      }),
    );
    const given = ROOT_CONTEXT.setValue(Symbol("mine"), 1);
    tracer.startSpan("seen", {}, given).end();
    assert.equal(contexts[0], given);
    assert.deepEqual((await named("seen")).attributes, { "by processor": true });
  }));

test("a processor is told of a span that is about to end, while it can still be written to", () =>
  traced(async ({ tracing, tracer, only }) => {
    const calls: string[] = [];
    tracing.provider.addSpanProcessor(
      processor({
        onEnding: (span) => {
          calls.push("onEnding");
          span.setAttribute("at the end", true);
        },
        onEnd: (span) => calls.push(`onEnd ${span.ended}`),
      }),
    );
    tracer.startSpan("ending").end();
    assert.deepEqual(calls, ["onEnding", "onEnd true"]);
    assert.deepEqual((await only()).attributes, { "at the end": true });
  }));

test("a processor that throws is counted as a fault, and disturbs neither the app nor the others", () =>
  traced(async ({ tracing, tracer, delivered }) => {
    const fail = (): never => {
      throw new Error("theirs");
    };
    const failing = { onStart: fail, onEnd: fail, forceFlush: fail, shutdown: fail };
    const exporter = new InMemorySpanExporter();
    tracing.provider.addSpanProcessor(failing);
    tracing.provider.addSpanProcessor(new SimpleSpanProcessor(exporter));
    for (let n = 0; n < 5; n += 1) tracer.startSpan("span").end();
    await tracing.forceFlush();
    assert.equal((await delivered()).length, 5);
    assert.equal(exporter.getFinishedSpans().length, 5);
    assert.equal(tracing.stats().faults, 10, "each span's start and end");
  }));

test("a processor that rejects or never settles holds neither flush nor shutdown up for good", () =>
  traced(async ({ tracing, tracer, delivered }) => {
    const rejects = async (): Promise<never> => await Promise.reject(new Error("theirs"));
    const never = (): Promise<void> => new Promise(() => {});
    tracing.provider.addSpanProcessor(processor({ forceFlush: rejects, shutdown: rejects }));
    tracer.startSpan("span").end();
    await tracing.forceFlush();
    tracing.provider.addSpanProcessor(processor({ shutdown: never }));
    assert.equal((await delivered()).length, 1);
    await tracing.shutdown(200);
    assert.equal(tracing.stats().delivered, 1);
  }));

test("a shutdown that a processor stalls still delivers what is there", () =>
  traced(async ({ tracing, tracer, collector }) => {
    const never = (): Promise<void> => new Promise(() => {});
    tracing.provider.addSpanProcessor(processor({ shutdown: never }));
    tracer.startSpan("span").end();
    await tracing.shutdown(500);
    assert.equal(collector.spans.length, 1);
  }));

test("a span can be read while it is open, each time as it is then", () =>
  traced(({ tracing, tracer }) => {
    const seen: ReadableSpan[] = [];
    tracing.provider.addSpanProcessor(
      processor({ onStart: (span) => seen.push(span as unknown as ReadableSpan) }),
    );
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

test("what is given as a processor and is none costs no span", () =>
  traced(async ({ tracing, tracer, delivered }) => {
    for (const nothing of [undefined, null, 5, {}, "processor"]) {
      tracing.provider.addSpanProcessor(nothing as never);
    }
    tracer.startSpan("span").end();
    await tracing.forceFlush();
    assert.equal((await delivered()).length, 1);
  }));
