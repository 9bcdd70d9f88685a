/** The measured rounds: within a round the tracers take turns at each workload. */
import { runInFreshProcess } from "../fresh-process.js";
import { inTurn } from "../in-turn.js";
import type { OwnProcessor } from "../processors.js";
import { undisturbed } from "./added.js";
import type { ClientBench, Round, Rounds, Workload } from "./bench.js";
import type { Result } from "./job.js";
import type { Options } from "./options.js";
import type { Servers } from "./servers.js";

/** Spans that each tracer sends for one operation of a workload. */
export type Expected = (workload: Workload, tracer: string) => number;

async function measure(
  bench: ClientBench,
  workload: Workload,
  tracer: string,
  options: Options,
  expected: Expected,
  { collector, modelUrl }: Servers,
  processor: OwnProcessor,
): Promise<Round> {
  const operations = options.quick ? workload.quick : workload.full;
  const warmUp = options.quick ? workload.quick : workload.warmUp;
  const { endpoint } = collector;
  await collector.take({ keepFromNowOn: false });
  const job = { tracer, workload: workload.name, operations, warmUp, endpoint, modelUrl };
  const name = `${tracer}, ${workload.name}`;
  const parts = (await runInFreshProcess(bench.child, job, name, processor)) as Result;
  const { spanCount, wireBytes } = await collector.take({ keepFromNowOn: false });
  const spans = expected(workload, tracer) * (warmUp + operations);
  return { parts, lostSpans: spans - spanCount, wireBytes: wireBytes / (warmUp + operations) };
}

export async function rounds(
  bench: ClientBench,
  options: Options,
  expected: Expected,
  servers: Servers,
  processor: OwnProcessor,
  say: (progress: string) => void,
): Promise<Rounds> {
  const all = new Map(
    options.workloads.map((workload) => [
      workload,
      new Map(options.tracers.map((name): [string, Round[]] => [name, []])),
    ]),
  );
  for (let round = 0; round < options.rounds; round++) {
    for (const [workload, byTracer] of all) {
      for (const tracer of inTurn(options.tracers, round)) {
        const result = await measure(
          bench,
          workload,
          tracer,
          options,
          expected,
          servers,
          processor,
        );
        byTracer.get(tracer)?.push(result);
        const micros = `${undisturbed([result], "mainThreadMicros").toFixed(0)} µs per ${workload.operation}`;
        say(`round ${round + 1}/${options.rounds} ${workload.name}, ${tracer}: ${micros}`);
      }
    }
  }
  return all;
}
