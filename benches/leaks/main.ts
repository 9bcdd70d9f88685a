/**
 * `npm run bench -- leaks`: two million spans, and as many that are abandoned in every way, in one
 * process each: what grows between the end of the warming up and the end.
 */
import { parseArgs } from "node:util";

import {
  growthOf,
  runLeaks,
  WARM_UP_PARTS,
  type Workload,
  WORKLOADS,
} from "../../__tests__/reliability/leaks.js";
import { figure, machine, table } from "../support/tables.js";

const USAGE = "npm run bench -- leaks [--spans 2000000] [--quick]";

const { values } = parseArgs({
  options: { spans: { type: "string" }, quick: { type: "boolean", default: false } },
});
const spans = Number(values.spans ?? (values.quick ? 50_000 : 2_000_000));
if (!(Number.isInteger(spans) && spans >= 1000)) {
  throw new Error(`--spans takes a whole number from 1000.\n\n${USAGE}`);
}

const rows: string[][] = [];
for (const workload of Object.keys(WORKLOADS) as Workload[]) {
  const report = await runLeaks(workload, spans);
  const { rssMiB, heapMiB, threads, descriptors } = growthOf(report);
  const at = report.looks[WARM_UP_PARTS - 1];
  rows.push([
    workload,
    String(report.ended),
    `${figure(at?.rssMiB ?? 0)} ${signed(rssMiB)}`,
    `${figure(at?.heapMiB ?? 0)} ${signed(heapMiB)}`,
    `${at?.threads ?? 0} ${signed(threads)}`,
    `${at?.descriptors ?? 0} ${signed(descriptors)}`,
  ]);
}
console.log(`${machine()}\n\n${spans} spans; of generators and model streams fewer\n`);
console.log(table(["", "ended", "RSS, MiB", "heap, MiB", "threads", "descriptors"], rows));

function signed(change: number): string {
  return `${change < 0 ? "−" : "+"}${figure(Math.abs(change))}`;
}
