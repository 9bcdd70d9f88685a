// One run of an app against a collector that has a fault, is mended, and gets what was kept: a process
// of its own, which says the id of each span that it ends, and its counters when it is through.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { FlushResult, TracingStats } from "catalyst-tracing";

import type { Collector } from "../support/collector.js";
import { startProgram } from "../support/subprocess.js";

export const DURING = 20;
export const AFTER = 10;

/** Text that compression gains little of, so that a request is larger than what fits a socket. */
const PROGRAM = `
import { randomBytes } from "node:crypto";
import { setup } from "catalyst-tracing";
const tracing = await setup(JSON.parse(process.env.TEST_OPTIONS));
const record = (count) => {
  for (let n = 0; n < count; n += 1) {
    const span = tracing.tracer.startSpan("span");
    span.setAttribute("text", randomBytes(Number(process.env.TEST_TEXT_BYTES)).toString("hex"));
    console.log("ended " + span.spanContext().spanId);
    span.end();
  }
};
record(${DURING});
console.log("first " + JSON.stringify(await tracing.flush()));
await fetch(process.env.TEST_MENDED);
record(${AFTER});
const deadline = performance.now() + Number(process.env.TEST_PATIENCE_MS);
do await tracing.flush();
while (tracing.stats().queued > 0 && performance.now() < deadline);
await tracing.shutdown(100);
console.log("stats " + JSON.stringify(tracing.stats()));
`;

export interface FaultyRun {
  readonly endpoint: string;
  readonly options?: object | undefined;
  readonly textBytes?: number | undefined;
  /** How long it tries to deliver what is left. */
  readonly patienceMs?: number | undefined;
  /** Ends the fault, after the app has tried once. */
  mend(): Promise<void> | void;
}

export interface Account {
  readonly ended: readonly string[];
  /** What the app was told while there was the fault. */
  readonly first: FlushResult;
  readonly stats: TracingStats;
  readonly stderr: string;
}

/** A round of delivery, after which spans wait for the next one. */
const TIMEOUT_MS = 400;

export async function runFaulty(run: FaultyRun): Promise<Account> {
  const mended = createServer((_request, response) => {
    void Promise.resolve(run.mend()).then(() => response.end());
  });
  mended.listen(0, "127.0.0.1");
  await once(mended, "listening");
  const options = {
    endpoint: run.endpoint,
    timeoutMs: TIMEOUT_MS,
    scheduleDelayMs: 60_000,
    autoInstrument: false,
    ...run.options,
  };
  const env = {
    TEST_OPTIONS: JSON.stringify(options),
    TEST_TEXT_BYTES: String(run.textBytes ?? 50),
    TEST_PATIENCE_MS: String(run.patienceMs ?? 15_000),
    TEST_MENDED: `http://127.0.0.1:${(mended.address() as AddressInfo).port}`,
  };
  try {
    const { done } = await startProgram(PROGRAM, { env });
    const { code, stdout, stderr, timedOut } = await done;
    assert.deepEqual({ code, timedOut }, { code: 0, timedOut: false }, stderr);
    const said = (what: string): unknown => {
      return JSON.parse(new RegExp(`^${what} (.*)$`, "m").exec(stdout)?.[1] ?? "null");
    };
    const ended = [...stdout.matchAll(/^ended ([0-9a-f]{16})$/gm)].map(([, id]) => id ?? "");
    assert.equal(ended.length, DURING + AFTER);
    const first = said("first") as FlushResult;
    return { ended, first, stats: said("stats") as TracingStats, stderr };
  } finally {
    mended.closeAllConnections();
    mended.close();
  }
}

/** Losses in words, such as `export http_400 3`. */
export function lossesOf({ losses }: TracingStats): string[] {
  return losses.map(({ stage, reason, spans }) => `${stage} ${reason} ${spans}`);
}

/**
 * Every span that ended is received, as far as its id says, or lost for a reason; and none that nobody
 * knows of is. Returns how many were received more than once.
 */
export function duplicatesIn({ ended, stats }: Account, collector: Collector): number {
  const received = collector.spans.map((span) => span.spanId);
  const distinct = new Set(received);
  assert.ok(
    received.every((id) => ended.includes(id)),
    "nothing arrives that has not ended",
  );
  assert.deepEqual(
    { ended: stats.ended, queued: stats.queued, delivered: stats.delivered },
    { ended: ended.length, queued: 0, delivered: distinct.size },
  );
  assert.equal(ended.length, distinct.size + stats.lost, "ended = received + lost");
  assert.deepEqual(collector.problems, []);
  return received.length - distinct.size;
}
