/** The runs that are measured. */
import type { Workload } from "../support/clients/bench.js";

/** How often the model wants the tool before it answers: a run has one turn more. */
export const TOOL_CALLS = 2;

const RUNS = { operation: "run", turn: 50, warmUp: 50, turns: 60 };

export const WHOLE: Workload = {
  ...RUNS,
  name: "whole",
  description: `runs of ${TOOL_CALLS + 1} turns, a tool called in ${TOOL_CALLS} of them`,
};

export const STREAMED: Workload = {
  ...RUNS,
  name: "streamed",
  description: "the same, streamed",
};
