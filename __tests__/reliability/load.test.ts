// A short run under load; `npm run bench -- load` makes a long one, and measures the event loop.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertAccount, runLoad, SPANS_PER_SECOND } from "./load.js";

const SECONDS = 3;
const MAX_QUEUE_BYTES = 4 * 1024 * 1024;

test("50,000 spans a second into a slow collector stay within the bound, and are accounted for", async () => {
  const report = await runLoad({ seconds: SECONDS, maxQueueBytes: MAX_QUEUE_BYTES });
  assertAccount(report);
  const { stats, peakBytesHeld } = report;
  assert.ok(stats.ended > SECONDS * SPANS_PER_SECOND, `${stats.ended} ended`);
  assert.ok(stats.lost > 0, "more ended than the collector took and there was room for");
  assert.ok(peakBytesHeld <= MAX_QUEUE_BYTES, `${peakBytesHeld} bytes held`);
});
