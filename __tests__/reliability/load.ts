// An app that ends 50,000 spans a second into a collector that takes far fewer, and goes on when the
// collector is fast again: what that does to its memory, to its event loop, and to the spans.

import assert from "node:assert/strict";

import type { TracingStats } from "catalyst-tracing";

import { startCollectorProcess } from "../support/remote-collector.js";
import { startProgram } from "../support/subprocess.js";

export const SPANS_PER_SECOND = 50_000;

export interface LoadOptions {
  readonly seconds: number;
  readonly maxQueueBytes: number;
}

export interface LoadReport {
  /** The 99th percentile of the event loop's delay, of a loop that does nothing and of one that traces. */
  readonly idleP99Ms: number;
  readonly loadP99Ms: number;
  readonly peakBytesHeld: number;
  readonly peakRssMiB: number;
  readonly rssBeforeMiB: number;
  /** When the collector is fast again. */
  readonly drainMs: number;
  readonly stats: TracingStats;
  /** By the collector: all, and those with ids of their own. */
  readonly received: number;
  readonly distinct: number;
}

const PROGRAM = `
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { setup } from "catalyst-tracing";

const { seconds, maxQueueBytes, perSecond } = JSON.parse(process.env.TEST_LOAD);
const MIB = 2 ** 20;
const peak = { held: 0, rss: 0 };
const look = () => {
  peak.held = Math.max(peak.held, tracing.stats().bytesHeld);
  peak.rss = Math.max(peak.rss, process.memoryUsage.rss() / MIB);
};

/** As many as are due, every millisecond; the delay's 99th percentile. */
async function paced(make) {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  const startedAt = performance.now();
  let made = 0;
  let lookedAt = startedAt;
  for (let elapsed = 0; elapsed < seconds * 1000; elapsed = performance.now() - startedAt) {
    for (const due = (elapsed / 1000) * perSecond; made < due; made += 1) make(made);
    if (performance.now() - lookedAt > 50) {
      lookedAt = performance.now();
      look();
    }
    await delay(1);
  }
  histogram.disable();
  return histogram.percentile(99) / 1e6;
}

const tracing = await setup({ maxQueueBytes, autoInstrument: false, timeoutMs: 30_000 });
const { tracer } = tracing;
const make = (n) => tracer.startSpan("step", { attributes: { n, kind: "load", ok: true } }).end();
for (let n = 0; n < 20_000; n += 1) make(n);
await tracing.flush();
const rssBeforeMiB = process.memoryUsage.rss() / MIB;
const idleP99Ms = await paced(() => {});
await fetch(process.env.CATALYST_OTLP_ENDPOINT + "/__slow", { method: "POST" });
const loadP99Ms = await paced(make);
look();
await fetch(process.env.CATALYST_OTLP_ENDPOINT + "/__fast", { method: "POST" });
const beganAt = performance.now();
do await tracing.flush();
while (tracing.stats().queued > 0 && performance.now() - beganAt < 60_000);
const drainMs = performance.now() - beganAt;
console.log(JSON.stringify({
  idleP99Ms,
  loadP99Ms,
  peakBytesHeld: peak.held,
  peakRssMiB: peak.rss,
  rssBeforeMiB,
  drainMs,
  stats: tracing.stats(),
}));
await tracing.shutdown();
`;

export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  await using collector = await startCollectorProcess({ countOnly: true, ids: true });
  const { done } = await startProgram(PROGRAM, {
    env: {
      CATALYST_OTLP_ENDPOINT: collector.url,
      TEST_LOAD: JSON.stringify({ ...options, perSecond: SPANS_PER_SECOND }),
    },
    timeoutMs: options.seconds * 2000 + 90_000,
  });
  const { code, stdout, stderr } = await done;
  assert.equal(code, 0, stderr);
  const { spans, ids, problems } = await collector.stats();
  assert.deepEqual(problems, []);
  const said = JSON.parse(stdout) as Omit<LoadReport, "received" | "distinct">;
  return { ...said, received: spans, distinct: ids ?? 0 };
}

/** Whatever the load, this holds. */
export function assertAccount({ stats, received, distinct }: LoadReport): void {
  assert.equal(stats.queued, 0, "what was held has gone out");
  assert.equal(stats.ended, stats.delivered + stats.lost);
  assert.deepEqual([received, distinct], [stats.delivered, stats.delivered]);
  const reasons = new Set(stats.losses.map(({ reason }) => reason));
  assert.deepEqual([...reasons], stats.lost === 0 ? [] : ["queue_full"]);
}
