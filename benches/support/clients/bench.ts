/** What a benchmark of real clients is made of, and what its rounds gave. */
import type { CpuReading } from "../measure.js";

export interface Workload {
  name: string;
  /** For the report's reader. */
  description: string;
  /** What one operation is called: "call", "run". */
  operation: string;
  /** Events of the stream that an operation reads; missing where it reads none. */
  chunks?: number;
  /**
   * Operations of a turn, after which everybody is flushed: `@inference/tracing` drops beyond 2048 spans,
   * and an operation can be ten of them.
   */
  turn: number;
  /** Turns before the measurement: V8 goes on compiling for some seconds. */
  warmUp: number;
  /** Turns that each tracer is measured in, in a round. */
  turns: number;
}

export interface ClientBench {
  /** As the command line has it. */
  name: string;
  /** The SDKs with their versions, for the report's reader. */
  sdks: string;
  /** The compiled module that calls `runChild`. */
  child: string;
  /** A compiled module: what the model server answers. */
  script: URL;
  workloads: readonly Workload[];
  /** What is to be reached, as lines of the report. */
  targets(workload: Workload, added: (tracer: string) => number | undefined): Target[];
}

export interface Target {
  what: string;
  reached: boolean;
}

/** What one tracer's run of one workload gave in one round. */
export interface Round {
  /** Per operation. */
  cpu: CpuReading;
  /** Spans that were to arrive less spans that did. */
  lostSpans: number;
  wireBytes: number;
}

/** Rounds by workload and tracer. */
export type Rounds = ReadonlyMap<Workload, ReadonlyMap<string, Round[]>>;
