// Span processors of OpenTelemetry's own SDK, and of anybody, beside our pipeline: they see every
// span, and nothing that they do disturbs us.

import assert from "node:assert/strict";
import { test } from "node:test";

import { type Context, ROOT_CONTEXT } from "@opentelemetry/api";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import {
  BatchSpanProcessor,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";

import { traced } from "./traced.js";

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

/** A processor that does nothing but what it is told. */
function processor(parts: Partial<SpanProcessor>): SpanProcessor {
  const nothing = async (): Promise<void> => {};
  return { onStart: () => {}, onEnd: () => {}, forceFlush: nothing, shutdown: nothing, ...parts };
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

test("what is given as a processor and is none costs no span", () =>
  traced(async ({ tracing, tracer, delivered }) => {
    for (const nothing of [undefined, null, 5, {}, "processor"]) {
      tracing.provider.addSpanProcessor(nothing as never);
    }
    tracer.startSpan("span").end();
    await tracing.forceFlush();
    assert.equal((await delivered()).length, 1);
  }));
