// One round of tracing for a test: a collector, a setup that sends to it, and at the end what must
// hold after every round. The sums of stats() agree, everything that ended was delivered or is
// counted as lost, and the wire had no fault.

import assert from "node:assert/strict";

import { trace, type Context, type Span, type Tracer } from "@opentelemetry/api";
import {
  setup,
  type CatalystTracing,
  type SetupOptions,
  type TracingStats,
} from "catalyst-tracing";

import { startCollector, type Collector } from "../support/collector.js";
import type { DecodedSpan } from "../support/otlp.js";

export interface Round {
  readonly collector: Collector;
  readonly tracing: CatalystTracing;
  readonly tracer: Tracer;
  /** Flushes, and returns everything that the collector has accepted so far. */
  delivered(): Promise<DecodedSpan[]>;
  /** The one span that arrived. */
  only(): Promise<DecodedSpan>;
  /** The one span of this name. */
  named(name: string): Promise<DecodedSpan>;
}

export async function traced(
  body: (round: Round) => Promise<void> | void,
  options: SetupOptions = {},
): Promise<void> {
  await using collector = await startCollector();
  const tracing = await setup({ endpoint: collector.url, autoInstrument: false, ...options });
  const delivered = async (): Promise<DecodedSpan[]> => {
    await tracing.flush();
    return collector.spans;
  };
  const only = async (): Promise<DecodedSpan> => {
    const [span, ...others] = await delivered();
    assert.ok(span !== undefined, "no span arrived");
    assert.deepEqual(others, []);
    return span;
  };
  const named = async (name: string): Promise<DecodedSpan> => spanNamed(await delivered(), name);
  try {
    await body({ collector, tracing, tracer: tracing.tracer, delivered, only, named });
    await delivered();
    assertSums(tracing.stats());
    assert.equal(tracing.stats().delivered, collector.spans.length);
    assert.deepEqual(collector.problems, []);
  } finally {
    await tracing.shutdown();
  }
  assertSums(tracing.stats());
  assert.equal(tracing.stats().queued, 0, "after a shutdown nothing can be queued");
}

/** What holds at any moment between what was started and what became of it. */
export function assertSums(stats: TracingStats): void {
  const shown = JSON.stringify(stats);
  assert.ok(stats.open >= 0, shown);
  assert.ok(stats.queued >= 0, shown);
  assert.equal(stats.started, stats.open + stats.ended, shown);
  assert.equal(
    stats.ended,
    stats.queued + stats.delivered + stats.filtered + stats.sampledOut + stats.lost,
    shown,
  );
}

export function spanNamed(spans: readonly DecodedSpan[], name: string): DecodedSpan {
  const [span, ...others] = spans.filter((candidate) => candidate.name === name);
  assert.ok(span !== undefined, `there is no span "${name}"`);
  assert.deepEqual(others, [], `there are several spans "${name}"`);
  return span;
}

export function isChildOf(child: DecodedSpan, parent: DecodedSpan): void {
  assert.equal(child.traceId, parent.traceId, `${child.name} is in another trace`);
  assert.equal(child.parentSpanId, parent.spanId, `${child.name} is not under ${parent.name}`);
}

/** `context` with `span` active in it. */
export function under(context: Context, span: Span): Context {
  return trace.setSpan(context, span);
}
