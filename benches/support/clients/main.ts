/**
 * A benchmark of real clients, from its command line to its tables: what each tracer sends is looked
 * at first, then come the timed rounds. Progress goes to stderr, the tables to stdout.
 */
import { writeFileSync } from "node:fs";

import { giveOwnProcessor } from "../processors.js";
import type { OwnProcessor } from "../processors.js";
import { installRivals } from "../rivals.js";
import { arrivals } from "./arrivals.js";
import type { Arrivals } from "./arrivals.js";
import type { ClientBench, Workload } from "./bench.js";
import { readOptions } from "./options.js";
import type { Options } from "./options.js";
import { markdown, notes, plain } from "./report.js";
import { rounds } from "./rounds.js";
import type { Servers } from "./servers.js";
import { withServers } from "./servers.js";
import { traces } from "./tracers.js";

function say(progress: string): void {
  process.stderr.write(`${progress}\n`);
}

type ByWorkload = Map<Workload, Map<string, Arrivals>>;

async function allArrivals(
  bench: ClientBench,
  options: Options,
  servers: Servers,
): Promise<ByWorkload> {
  const all: ByWorkload = new Map();
  for (const workload of options.workloads) {
    const byTracer = new Map<string, Arrivals>();
    for (const tracer of options.tracers.filter(traces)) {
      byTracer.set(tracer, await arrivals(bench, workload, tracer, servers));
    }
    all.set(workload, byTracer);
  }
  return all;
}

async function measure(
  bench: ClientBench,
  options: Options,
  servers: Servers,
  processor: OwnProcessor,
): Promise<void> {
  const arrived = await allArrivals(bench, options, servers);
  for (const note of notes(arrived)) say(note);
  const silent = [...arrived.values()].some((byTracer) =>
    [...byTracer.values()].some(({ spansPerOperation }) => spansPerOperation === 0),
  );
  if (silent) process.exitCode = 1;
  if (options.verifyOnly) return;
  const expected = (workload: Workload, tracer: string) =>
    arrived.get(workload)?.get(tracer)?.spansPerOperation ?? 0;
  const results = {
    bench,
    options,
    hasOwnProcessor: processor !== undefined,
    arrivals: arrived,
    rounds: await rounds(bench, options, expected, servers, processor, say),
  };
  process.stdout.write(`${markdown(results)}\n`);
  if (options.jsonFile !== undefined) {
    writeFileSync(options.jsonFile, `${JSON.stringify(plain(results), null, 2)}\n`);
  }
}

export async function clientBenchMain(bench: ClientBench): Promise<void> {
  try {
    const options = readOptions(bench, process.argv.slice(2));
    installRivals(["inference", "openinference"]);
    const processor = giveOwnProcessor();
    await withServers(bench.script, (servers) => measure(bench, options, servers, processor));
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
