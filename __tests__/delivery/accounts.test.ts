// The sums of stats(), whatever is combined: several destinations with filters and policies, of which
// some refuse and some are away; sampling at the tail; a spool; little memory.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import fc from "fast-check";

import {
  agentSpan,
  type Destination,
  manualSpan,
  type SetupOptions,
  type TracingStats,
} from "catalyst-tracing";

import { startCollector } from "../support/collector.js";
import { start } from "./tracing.js";

/** How a destination answers; most do as they should. */
const ANSWERS = [200, 200, 200, 400, 503] as const;

interface Place {
  readonly answer: (typeof ANSWERS)[number];
  readonly policy: Partial<Destination>;
}

interface Setting {
  readonly places: readonly Place[];
  readonly top: SetupOptions;
  readonly isSpooled: boolean;
  /** Of each trace: whether it fails, and how many steps it has. */
  readonly traces: readonly { readonly fails: boolean; readonly steps: number }[];
  readonly flushAfter: number;
}

const policies = fc.record(
  {
    hide: fc.constantFrom(true, false, { inputs: true }),
    redact: fc.constantFrom(true, false, [{ key: "ssn" }]),
    limits: fc.constantFrom({ valueLength: 20 }, { spanBytes: 1024 }),
    filter: fc.constantFrom<Destination["filter"]>(
      ...[undefined, undefined, undefined],
      { kinds: ["AGENT"] },
      { errorsOnly: true },
      { names: "nothing" as never },
    ),
  },
  { requiredKeys: [] },
);

const settings: fc.Arbitrary<Setting> = fc.record({
  places: fc.array(fc.record({ answer: fc.constantFrom(...ANSWERS), policy: policies }), {
    minLength: 1,
    maxLength: 3,
  }),
  top: fc.record(
    {
      hide: fc.constant(true),
      redact: fc.constantFrom(true, [(text: string) => text, { key: "ssn" }]),
      limits: fc.constant({ valueLength: 100 }),
      sample: fc.constantFrom<SetupOptions["sample"]>(
        ...[undefined, undefined, undefined],
        0,
        0.5,
        { ratio: 0, keepErrors: true },
        { ratio: 0, keepCostAboveUsd: 1 },
      ),
      cost: fc.boolean(),
      maxBatchSpans: fc.constantFrom(1, 7),
      maxQueueBytes: fc.constantFrom(10_000, 30_000),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<SetupOptions>,
  isSpooled: fc.boolean(),
  traces: fc.array(fc.record({ fails: fc.boolean(), steps: fc.nat({ max: 5 }) }), {
    minLength: 2,
    maxLength: 12,
  }),
  flushAfter: fc.nat({ max: 12 }),
});

const INPUT = JSON.stringify({ to: "ann@example.com", ssn: "123", text: "x".repeat(300) });

async function run({ fails, steps }: Setting["traces"][number]): Promise<void> {
  await agentSpan({ agentId: "a", input: INPUT }, async () => {
    for (let step = 0; step < steps; step++) {
      await manualSpan({ spanName: "step", input: '{"ssn": 1' }, () => undefined);
    }
    if (fails) throw new Error("no");
  }).catch(() => undefined);
}

/** What holds at any moment; with spans that are judged by their trace, and are nowhere yet. */
function assertAccounts(stats: TracingStats): void {
  const shown = JSON.stringify(stats);
  const { ended, queued, delivered, filtered, sampledOut, lost, spool } = stats;
  assert.equal(stats.started, stats.open + ended, shown);
  assert.equal(queued + delivered + filtered + sampledOut + lost + spool.left, ended, shown);
  assert.ok(stats.sampledOutEarly <= sampledOut, shown);
  assert.equal(sum(stats.losses), lost, shown);
  assert.equal(stats.faults, 0, shown);
  for (const page of stats.destinations) {
    assert.equal(sum(page.losses), page.lost, shown);
    assert.ok(Math.min(page.queued, page.delivered, page.filtered, page.lost) >= 0, shown);
    assert.ok(
      page.queued + page.delivered + page.filtered + page.lost <= ended - sampledOut,
      shown,
    );
    assert.ok(page.delivered <= ended && page.queued <= queued, shown);
  }
}

function sum(losses: readonly { readonly spans: number }[]): number {
  return losses.reduce((total, { spans }) => total + spans, 0);
}

/** What holds when nothing will happen any more. */
function assertFinal(stats: TracingStats, received: readonly number[]): void {
  const shown = JSON.stringify({ stats, received });
  assertAccounts(stats);
  const { ended, queued, delivered, filtered, sampledOut, destinations } = stats;
  assert.deepEqual([queued, stats.bytesHeld], [0, 0], shown);
  for (const [index, page] of destinations.entries()) {
    // What was taken while time ran out, and is not known to have been, is lost or left.
    const unheard = (received[index] ?? 0) - page.delivered;
    assert.ok(unheard >= 0 && unheard <= page.lost + stats.spool.left, shown);
  }
  assert.ok(delivered <= Math.max(...received), shown);
  assert.ok(filtered <= Math.min(...destinations.map((page) => page.filtered)), shown);
  const [only, ...others] = destinations;
  if (only !== undefined && others.length === 0) {
    assert.deepEqual([only.delivered, only.filtered], [delivered, filtered], shown);
    const onItsWay = stats.losses.filter(({ stage }) => stage === "handoff");
    assert.equal(only.lost + sum(onItsWay), stats.lost, shown);
    const left = ended - sampledOut - delivered - filtered - stats.lost;
    assert.equal(stats.spool.left, left, shown);
  }
}

async function trace({ places, top, isSpooled, traces, flushAfter }: Setting): Promise<void> {
  const collectors = await Promise.all(places.map(async () => await startCollector()));
  const spool = isSpooled ? mkdtempSync(join(tmpdir(), "catalyst-accounts-")) : undefined;
  try {
    const destinations = places.map(({ answer, policy }, index) => {
      collectors[index]?.respond({ status: answer });
      return { ...policy, name: String(index), endpoint: collectors[index]?.url };
    });
    const tracing = await start({ ...top, destinations, spool });
    for (const [index, one] of traces.entries()) {
      await run(one);
      assertAccounts(tracing.stats());
      if (index === flushAfter) await tracing.flush(300);
    }
    assertAccounts(tracing.stats());
    const stats = tracing.stats();
    await tracing.shutdown(300);
    assert.equal(tracing.stats().ended, stats.ended);
    assertFinal(
      tracing.stats(),
      collectors.map(({ spans }) => spans.length),
    );
    for (const { problems } of collectors) assert.deepEqual(problems, []);
  } finally {
    await Promise.all(collectors.map(async (collector) => await collector.close()));
    if (spool !== undefined) rmSync(spool, { recursive: true, force: true });
  }
}

test("every span is in one place, in all combinations", async () => {
  await fc.assert(fc.asyncProperty(settings, trace), { numRuns: 60, seed: 20261121 });
});
