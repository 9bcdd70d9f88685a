/**
 * The measured rounds: within a round the tracers take turns at each workload. Each runs beside an
 * untraced twin on the same processor, and both get it in turns of milliseconds: a virtual processor
 * takes up to twice as long for the same work, for moments or for minutes, and no difference of runs
 * that followed each other can be told from that.
 */
import { setTimeout as pause } from "node:timers/promises";

import { inTurn } from "../in-turn.js";
import type { OwnProcessor } from "../processors.js";
import type { ClientBench, Round, Rounds, Workload } from "./bench.js";
import type { Result } from "./job.js";
import { type MeasuredProcess, startMeasured } from "./measured-process.js";
import type { Options } from "./options.js";
import type { Servers } from "./servers.js";
import { NONE } from "./tracers.js";

/** Spans that each tracer sends for one operation of a workload. */
export type Expected = (workload: Workload, tracer: string) => number;

const QUICK_MS = 200;

async function measure(
  bench: ClientBench,
  workload: Workload,
  tracer: string,
  options: Options,
  expected: Expected,
  { collector, modelUrl }: Servers,
  processor: OwnProcessor,
): Promise<Round> {
  const { quick } = options;
  const warmUp = quick ? workload.quickWarmUp : workload.warmUp;
  const { endpoint } = collector;
  await collector.take({ keepFromNowOn: false });
  const job = { workload: workload.name, warmUp, endpoint, modelUrl };
  const both = [tracer, NONE].map((name) =>
    startMeasured(bench.child, { ...job, tracer: name }, processor),
  );
  const [own, twin] = await together(both, quick ? QUICK_MS : workload.seconds * 1_000);
  if (own === undefined || twin === undefined) throw new Error("A run has no result.");
  const { spanCount, wireBytes } = await collector.take({ keepFromNowOn: false });
  const operations = warmUp + own.operations;
  const spans = expected(workload, tracer) * operations;
  return {
    cpu: own.cpu,
    twin: twin.cpu,
    lostSpans: spans - spanCount,
    wireBytes: wireBytes / operations,
  };
}

/** Measures all of them at the same time; where one fails, the others do not go on without it. */
async function together(processes: readonly MeasuredProcess[], ms: number): Promise<Result[]> {
  try {
    await Promise.all(processes.map(({ warm }) => warm));
    for (const { measure: begin } of processes) begin();
    await pause(ms);
    return await Promise.all(processes.map(({ stop }) => stop()));
  } finally {
    for (const { kill } of processes) kill();
  }
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
        const [own, twin] = [result.cpu, result.twin].map((cpu) => cpu.mainThreadMicros.toFixed(0));
        say(
          `round ${round + 1}/${options.rounds} ${workload.name}, ${tracer}: ` +
            `${own} µs per ${workload.operation}, untraced ${twin}`,
        );
      }
    }
  }
  return all;
}
