/** What passes between a benchmark's main process and one that it measures. */
import type { CpuReading } from "../measure.js";

/**
 * Everybody is flushed once in so many operations: `@inference/tracing` drops beyond 2048 spans, and
 * an operation can be ten of them.
 */
export const OPERATIONS_PER_FLUSH = 200;

export interface Job {
  tracer: string;
  /** One of the benchmark's; what an operation is depends on it. */
  workload: string;
  /** Operations before the measurement, for the compilers to have had their turn. */
  warmUp: number;
  /** The collector's base URL. */
  endpoint: string;
  /** The model server's base URL, as a client takes it. */
  modelUrl: string;
}

/** What the process says when it is warm; it then waits for one of the orders. */
export const WARM = "warm";

/** "measure" until "stop" comes, which also comes alone. */
export type Order = "measure" | "stop";

export interface Result {
  /** Those that were measured. */
  operations: number;
  /** CPU time of each; without meaning where there were none. */
  cpu: CpuReading;
}
