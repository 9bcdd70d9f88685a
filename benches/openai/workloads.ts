/** The calls that are measured. */
import type { Workload } from "../support/clients/bench.js";

/** With the first, which has the role, the one before last, which ends it, and the usage. */
export const CHUNKS = 200;

export const WHOLE: Workload = {
  name: "whole",
  operation: "call",
  turn: 200,
  warmUp: 50,
  turns: 60,
  description: "chat completions of six messages, about 2 KB of request, answered at once",
};

export const STREAMED: Workload = {
  name: "streamed",
  operation: "call",
  turn: 50,
  warmUp: 60,
  turns: 60,
  description: `the same, answered as a stream of ${CHUNKS} chunks`,
  chunks: CHUNKS,
};
