/** The measured rounds: within a round the tracers take turns at each workload. */
import { runInFreshProcess } from "../fresh-process.js";
import { inTurn } from "../in-turn.js";
import { median } from "../measure.js";
import type { OwnProcessor } from "../processors.js";
import type { ClientBench, Round, Rounds, Workload } from "./bench.js";
import type { Result } from "./job.js";
import type { Options } from "./options.js";
import type { Servers } from "./servers.js";
import { NONE } from "./tracers.js";

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
  const cpu = (await runInFreshProcess(bench.child, job, name, processor)) as Result;
  const { spanCount, wireBytes } = await collector.take({ keepFromNowOn: false });
  const spans = expected(workload, tracer) * (warmUp + operations);
  return { ...cpu, lostSpans: spans - spanCount, wireBytes: wireBytes / (warmUp + operations) };
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
        const micros = `${result.mainThreadMicros.toFixed(0)} µs per ${workload.operation}`;
        say(`round ${round + 1}/${options.rounds} ${workload.name}, ${tracer}: ${micros}`);
      }
    }
  }
  return all;
}

export interface Added {
  micros: number;
  /** Half of the rounds are nearer to it than this. */
  spread: number;
}

/**
 * What a tracer adds: the median of each round's difference from the untraced run of that round, so
 * that what the machine did in a round is in both or in neither.
 */
export function added(
  byTracer: ReadonlyMap<string, Round[]>,
  tracer: string,
  figure: "mainThreadMicros" | "processMicros",
): Added | undefined {
  const [own, without] = [byTracer.get(tracer), byTracer.get(NONE)];
  if (own === undefined || without === undefined) return undefined;
  const each = own.map((round, index) => round[figure] - (without[index]?.[figure] ?? NaN));
  const micros = median(each);
  return { micros, spread: median(each.map((difference) => Math.abs(difference - micros))) };
}
