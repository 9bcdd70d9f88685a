/** The calls that are measured. */
import type { Workload } from "../support/clients/bench.js";

/** With the first, which has the role, the one before last, which ends it, and the usage. */
export const CHUNKS = 200;

const CALLS = { operation: "call", quick: 60 };

export const WHOLE: Workload = {
  ...CALLS,
  warmUp: 10_000,
  turns: 100,
  name: "whole",
  description: "chat completions of six messages, about 2 KB of request, answered at once",
};

export const STREAMED: Workload = {
  ...CALLS,
  warmUp: 3_000,
  turns: 30,
  name: "streamed",
  description: `the same, answered as a stream of ${CHUNKS} chunks`,
  chunks: CHUNKS,
};
