/**
 * `npm run bench -- load`: 50,000 spans a second into a collector that takes far fewer: memory, the
 * event loop's delay beside that of an idle loop, what is lost, and how soon the rest is delivered.
 */
import { parseArgs } from "node:util";

import { assertAccount, runLoad, SPANS_PER_SECOND } from "../../__tests__/reliability/load.js";
import { figure, machine, table } from "../support/tables.js";

const USAGE = "npm run bench -- load [--seconds 20] [--quick]";
const MIB = 1024 * 1024;
/** The default of the option. */
const MAX_QUEUE_BYTES = 64 * MIB;

const { values } = parseArgs({
  options: { seconds: { type: "string" }, quick: { type: "boolean", default: false } },
});
const seconds = Number(values.seconds ?? (values.quick ? 3 : 20));
if (!(seconds > 0)) throw new Error(`--seconds takes a number above 0.\n\n${USAGE}`);

const report = await runLoad({ seconds, maxQueueBytes: MAX_QUEUE_BYTES });
assertAccount(report);
const { stats } = report;
console.log(`${machine()}\n`);
console.log(
  `${SPANS_PER_SECOND} spans a second for ${seconds} s, half a second for each request\n`,
);
console.log(
  table(
    ["", ""],
    [
      ["event loop, p99, idle, ms", figure(report.idleP99Ms)],
      ["event loop, p99, tracing, ms", figure(report.loadP99Ms)],
      ["held for the collector at most, MiB", figure(report.peakBytesHeld / MIB)],
      ["allowed, MiB", figure(MAX_QUEUE_BYTES / MIB)],
      ["RSS before, MiB", figure(report.rssBeforeMiB)],
      ["RSS at most, MiB", figure(report.peakRssMiB)],
      ["spans ended", String(stats.ended)],
      ["delivered", String(stats.delivered)],
      ["received, by id", String(report.distinct)],
      ["lost, queue_full", String(stats.lost)],
      ["drained after recovery in, ms", figure(report.drainMs)],
    ],
  ),
);
