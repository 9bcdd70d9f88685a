/** What passes between a benchmark's main process and the one that it measures. */
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
  /** Operations that are measured. */
  operations: number;
  /** Operations before them, for the compilers to have had their turn. */
  warmUp: number;
  /** The collector's base URL. */
  endpoint: string;
  /** The model server's base URL, as a client takes it. */
  modelUrl: string;
}

/** CPU time per operation, of each part of a run. */
export type Result = CpuReading[];
