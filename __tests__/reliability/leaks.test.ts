// What must not grow, over less than `npm run bench -- leaks` does.

import assert from "node:assert/strict";
import { test } from "node:test";

import { growthOf, runLeaks, type Workload, WORKLOADS } from "./leaks.js";

const SPANS = 50_000;

/** Far below what the work of the parts that are compared takes up if it is held. */
const HEAP_SLACK_MIB = 2;
/** An allocator's habits, not ours: it keeps some of what it was given back. */
const RSS_SLACK_MIB = 16;

for (const workload of Object.keys(WORKLOADS) as Workload[]) {
  test(`${workload}: memory, descriptors and threads stay as they are`, async () => {
    const report = await runLeaks(workload, SPANS);
    const { heapMiB, rssMiB, threads, descriptors } = growthOf(report);
    const shown = JSON.stringify(report.looks);
    assert.ok(heapMiB < HEAP_SLACK_MIB, shown);
    assert.ok(rssMiB < RSS_SLACK_MIB, shown);
    assert.ok(threads <= 0, shown);
    assert.ok(descriptors <= 1, shown);
    assert.equal(report.looks.at(-1)?.bytesHeld, 0, shown);
    assert.ok(report.received >= report.ended, `${report.received} of ${report.ended}`);
  });
}
