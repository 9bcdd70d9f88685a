/** What passes between a benchmark's main process and one that it measures. */

/**
 * Everybody is flushed once in so many operations: `@inference/tracing` drops beyond 2048 spans, and
 * an operation can be ten of them.
 */
export const OPERATIONS_PER_FLUSH = 200;

export interface Job {
  tracer: string;
  /** One of the benchmark's; what an operation is depends on it. */
  workload: string;
  /** The collector's base URL. */
  endpoint: string;
  /** The model server's base URL, as a client takes it. */
  modelUrl: string;
}

/** What the process says when it takes orders. */
export const READY = "ready";

/** The last order. Any other is a number of operations, which are done, flushed, and answered with a `CpuReading` of each. */
export const STOP = "stop";

export type Order = number | typeof STOP;
