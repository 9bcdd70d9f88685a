// An app that uses up its stack, inside spans: the error is the app's own, and what had ended by
// then arrives once. Lost, and counted, are at most the spans in the last frames, whose
// own ends found no room.

import assert from "node:assert/strict";
import { test } from "node:test";

import type { TracingStats } from "catalyst-tracing";

import { startCollector } from "../support/collector.js";
import { runProgram } from "../support/subprocess.js";
import { assertSums, spanNamed } from "./traced.js";

/** Each begins one frame deeper, so that their overflows strike everywhere within a span's frames. */
const ROUNDS = 15;
/** In the last frames there is room for the app's call of `end()`, and none for the work in it. */
const MAX_LOST_PER_ROUND = 4;

const PRELUDE = `
import { setup } from "catalyst-tracing";
const tracing = await setup();
const { tracer } = tracing;
const error = new Error("deep");

/** Goes down \`plain\` frames, and from there with a span in each until the stack is used up. */
function overflow(plain) {
  let left = plain;
  const dive = () => {
    left -= 1;
    if (left > 0) dive();
    else make(dive);
  };
  dive();
}
`;

const MAIN = `
let overflows = 0;
for (let round = 0; round < ${ROUNDS}; round += 1) {
  try {
    overflow(round);
  } catch {
    overflows += 1;
  }
  await new Promise((resolve) => setImmediate(resolve));
}
tracer.startSpan("afterwards", { attributes: { a: 1 } }).end();
await tracing.flush();
console.log(JSON.stringify({ overflows, stats: tracing.stats() }));
`;

const ways: [what: string, make: string][] = [
  [
    "spans are started and ended",
    `function make(deeper) {
      const span = tracer.startSpan("deep", { attributes: { n: 1 } });
      try { deeper(); } finally { span.end(); }
    }`,
  ],
  [
    "attributes, events and statuses are set",
    `function make(deeper) {
      const span = tracer.startSpan("deep");
      try { deeper(); } finally {
        span.setAttribute("o", { list: [1, { two: new Date(0) }] });
        span.addEvent("event", { a: 1 });
        span.recordException(error);
        span.setStatus({ code: 2, message: "deep" });
        span.end();
      }
    }`,
  ],
  [
    "spans are active",
    `function make(deeper) {
      tracer.startActiveSpan("deep", (span) => {
        try { deeper(); } finally { span.end(); }
      });
    }`,
  ],
];
for (const [what, make] of ways) {
  test(`where the stack ends while ${what}, no more is lost than the spans in its last frames`, async () => {
    await using collector = await startCollector();
    const { code, stdout, timedOut } = await runProgram(PRELUDE + make + MAIN, {
      env: { CATALYST_OTLP_ENDPOINT: collector.url },
      timeoutMs: 60_000,
    });
    assert.deepEqual({ code, timedOut }, { code: 0, timedOut: false }, "the process ends");
    const { overflows, stats } = JSON.parse(stdout) as { overflows: number; stats: TracingStats };
    assert.equal(overflows, ROUNDS);
    assert.ok(stats.started > ROUNDS * 100, "the stack is used up by spans");
    assertSums(stats);
    assert.ok(stats.lost <= ROUNDS * MAX_LOST_PER_ROUND, JSON.stringify(stats.losses));
    // Those that could not be ended are ended with the process.
    const ended = collector.spans.filter((span) => span.attributes["catalyst.incomplete"] !== true);
    assert.equal(ended.length, stats.delivered);
    const ids = new Set(collector.spans.map((span) => span.spanId));
    assert.equal(ids.size, collector.spans.length, "each once");
    assert.deepEqual(spanNamed(collector.spans, "afterwards").attributes, { a: 1 });
    assert.deepEqual(collector.problems, []);
  });
}
