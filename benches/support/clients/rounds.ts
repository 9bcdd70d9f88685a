/**
 * The measured rounds. In each, all tracers and an untraced process do a workload in turns of a fraction
 * of a second, from the warm-up on: a virtual processor takes up to twice as long for the same work, for
 * moments or for minutes, and no difference of runs that followed each other can be told from that. While
 * one has its turn the others wait, so that nobody's caches are emptied by another; and all wait equally
 * long, since a process that has waited for many seconds takes longer for some time.
 */
import { inTurn } from "../in-turn.js";
import type { CpuReading } from "../measure.js";
import type { OwnProcessor } from "../processors.js";
import type { ClientBench, Round, Rounds, Workload } from "./bench.js";
import { type MeasuredProcess, startMeasured } from "./measured-process.js";
import type { Options } from "./options.js";
import type { Servers } from "./servers.js";
import { NONE } from "./tracers.js";

/** Spans that each tracer sends for one operation of a workload. */
export type Expected = (workload: Workload, tracer: string) => number;

/** Operations that show that everything runs. */
const QUICK_TURN = 30;

/** One tracer in one round. */
class Contender {
  private sum: CpuReading = { mainThreadMicros: 0, processMicros: 0 };
  private turns = 0;
  private lostSpans = 0;
  private wireBytes = 0;

  constructor(
    readonly tracer: string,
    readonly process: MeasuredProcess,
    private readonly spansPerOperation: number,
    private readonly collector: Servers["collector"],
  ) {}

  /** Nobody else sends anything meanwhile. */
  async takeTurn(operations: number): Promise<void> {
    const { mainThreadMicros, processMicros } = await this.process.run(operations);
    const { spanCount, wireBytes } = await this.collector.take({ keepFromNowOn: false });
    this.sum.mainThreadMicros += mainThreadMicros;
    this.sum.processMicros += processMicros;
    this.turns += 1;
    this.lostSpans += this.spansPerOperation * operations - spanCount;
    this.wireBytes += wireBytes / operations;
  }

  /** What was until now does not count, but for what was lost. */
  beginMeasurement(): void {
    this.sum = { mainThreadMicros: 0, processMicros: 0 };
    this.turns = 0;
    this.wireBytes = 0;
  }

  get result(): Round {
    const { mainThreadMicros, processMicros } = this.sum;
    return {
      cpu: {
        mainThreadMicros: mainThreadMicros / this.turns,
        processMicros: processMicros / this.turns,
      },
      lostSpans: this.lostSpans,
      wireBytes: this.wireBytes / this.turns,
    };
  }
}

async function measure(
  bench: ClientBench,
  workload: Workload,
  tracers: readonly string[],
  quick: boolean,
  expected: Expected,
  { collector, modelUrl }: Servers,
  processor: OwnProcessor,
): Promise<readonly Contender[]> {
  const [turn, warmUp, turns] = quick
    ? [QUICK_TURN, 1, 1]
    : [workload.turn, workload.warmUp, workload.turns];
  const contenders: Contender[] = [];
  try {
    for (const tracer of tracers) {
      const job = { tracer, workload: workload.name, endpoint: collector.endpoint, modelUrl };
      const running = await startMeasured(bench.child, job, processor);
      contenders.push(new Contender(tracer, running, expected(workload, tracer), collector));
    }
    for (let done = 0; done < warmUp + turns; done++) {
      if (done === warmUp) for (const contender of contenders) contender.beginMeasurement();
      for (const contender of inTurn(contenders, done)) await contender.takeTurn(turn);
    }
    await Promise.all(contenders.map((contender) => contender.process.stop()));
  } finally {
    for (const contender of contenders) contender.process.kill();
  }
  return contenders;
}

export async function rounds(
  bench: ClientBench,
  { rounds: count, workloads, tracers, quick }: Options,
  expected: Expected,
  servers: Servers,
  processor: OwnProcessor,
  say: (progress: string) => void,
): Promise<Rounds> {
  const names = [...tracers, NONE];
  const all = new Map(
    workloads.map((workload) => [
      workload,
      new Map(names.map((name): [string, Round[]] => [name, []])),
    ]),
  );
  for (let round = 0; round < count; round++) {
    for (const [workload, byTracer] of all) {
      const order = inTurn(names, round);
      const contenders = await measure(bench, workload, order, quick, expected, servers, processor);
      const figures = contenders.map(({ tracer, result }) => {
        byTracer.get(tracer)?.push(result);
        return `${tracer} ${result.cpu.mainThreadMicros.toFixed(0)}`;
      });
      say(
        `round ${round + 1}/${count} ${workload.name}, µs per ${workload.operation}: ` +
          figures.join(", "),
      );
    }
  }
  return all;
}
