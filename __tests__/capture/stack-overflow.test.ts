// An app that uses up its stack, inside spans: the error is the app's own, and what had ended by
// then arrives once. The overflow strikes at every point of our code, for each round is a little deeper.

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Tracer } from "@opentelemetry/api";

import { spanNamed, traced } from "./traced.js";

/** Each begins one frame deeper, so that their overflows strike everywhere within a span's frames. */
const ROUNDS = 30;

type Make = (tracer: Tracer, deeper: () => void) => void;

/** Goes down `plain` frames, and from there with a span in each until the stack is used up. */
function overflow(tracer: Tracer, plain: number, make: Make): void {
  let left = plain;
  const dive = (): void => {
    left -= 1;
    if (left > 0) dive();
    else make(tracer, dive);
  };
  dive();
}

const error = new Error("deep");

const ways: [what: string, make: Make][] = [
  [
    "spans are started and ended",
    (tracer, deeper) => {
      const span = tracer.startSpan("deep", { attributes: { n: 1 } });
      try {
        deeper();
      } finally {
        span.end();
      }
    },
  ],
  [
    "attributes, events and statuses are set",
    (tracer, deeper) => {
      const span = tracer.startSpan("deep");
      try {
        deeper();
      } finally {
        span.setAttribute("o", { list: [1, { two: new Date(0) }] } as unknown as string);
        span.addEvent("event", { a: 1 });
        span.recordException(error);
        span.setStatus({ code: 2, message: "deep" });
        span.end();
      }
    },
  ],
  [
    "spans are active",
    (tracer, deeper) => {
      tracer.startActiveSpan("deep", (span) => {
        try {
          deeper();
        } finally {
          span.end();
        }
      });
    },
  ],
];
for (const [what, make] of ways) {
  test(`where the stack ends while ${what}, no span that ended is lost`, () =>
    traced(async ({ tracer, tracing, delivered }) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        assert.throws(() => overflow(tracer, round, make));
        await new Promise((resolve) => setImmediate(resolve));
      }
      tracer.startSpan("afterwards", { attributes: { a: 1 } }).end();
      const arrived = await delivered();
      assert.equal(new Set(arrived.map((span) => span.spanId)).size, arrived.length);
      assert.ok(tracing.stats().started > ROUNDS * 100, "the stack is used up by spans");
      assert.deepEqual(spanNamed(arrived, "afterwards").attributes, { a: 1 });
      assert.deepEqual(tracing.stats().losses, []);
    }));
}
