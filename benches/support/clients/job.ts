/** What passes between a benchmark's main process and one that it measures. */

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

/** The last order. Any other is a number of operations: they are done, flushed, and answered with a `CpuReading`. */
export const STOP = "stop";

export type Order = number | typeof STOP;
