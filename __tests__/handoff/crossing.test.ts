// How long what was recorded waits before it crosses to the native thread.

import assert from "node:assert/strict";
import { test } from "node:test";

import { shipped } from "../support/shipped.js";

const { crossingWaitMs } = await shipped<typeof import("../../js/engine.js")>("engine.js");

type Terms = Parameters<typeof crossingWaitMs>[0];

function waitWith(terms: Partial<Omit<Terms, "destinations">>, ...delays: number[]): number {
  const destinations = delays.map((scheduleDelayMs) => ({ scheduleDelayMs }));
  return crossingWaitMs({ spool: null, maxBatchSpans: 512, destinations, ...terms });
}

test("what a killed process would lose anyway waits for more", () => {
  assert.equal(waitWith({}, 1000), 25);
});

test("what would be on disk soon does not", () => {
  const spool = { dir: "/var/spool/app", maxBytes: 1_000_000, takesAll: false };
  assert.equal(waitWith({ spool }, 1000), 5);
});

test("nor does what is sent span by span", () => {
  assert.equal(waitWith({ maxBatchSpans: 1 }, 1000), 5);
});

test("nobody waits longer to cross than for a batch", () => {
  assert.equal(waitWith({}, 1000, 10), 10);
  assert.equal(waitWith({}, 0), 5);
});
