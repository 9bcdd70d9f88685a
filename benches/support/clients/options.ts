/** The command line of a benchmark of real clients. */
import { parseArgs } from "node:util";

import { reader } from "../arguments.js";
import type { ClientBench, Workload } from "./bench.js";
import { NONE, traces, TRACERS } from "./tracers.js";

const TRACED = [...TRACERS.keys()].filter((name) => name !== NONE);

/** Who is there only to compare with is left out: the more take turns, the longer each waits for its own. */
const USUAL = TRACED.filter(traces);

const ROUNDS = 3;

export interface Options {
  rounds: number;
  quick: boolean;
  workloads: readonly Workload[];
  tracers: readonly string[];
  verifyOnly: boolean;
  jsonFile: string | undefined;
}

export function readOptions(bench: ClientBench, args: string[]): Options {
  const names = bench.workloads.map(({ name }) => name);
  const { rounds, chosen } = reader(
    `npm run bench -- ${bench.name} [options]
  --rounds N           rounds: fresh processes of each tracer, and an untraced one (${ROUNDS})
  --workloads A,B      of ${names.join(", ")} (all)
  --tracers "A;B"      of ${TRACED.join("; ")} (those that trace)
  --quick              a moment of each, one round: shows that everything runs, measures nothing
  --verify             only look at what arrives of each, exit 1 if that is nothing
  --json FILE          also write every round's figures there
`,
    ROUNDS,
  );
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string" },
      workloads: { type: "string" },
      tracers: { type: "string" },
      quick: { type: "boolean", default: false },
      verify: { type: "boolean", default: false },
      json: { type: "string" },
    },
  });
  const workloads = chosen(names, values.workloads, ",");
  const tracers = values.tracers === undefined ? USUAL : chosen(TRACED, values.tracers, ";");
  return {
    rounds: rounds(values.rounds, values.quick),
    quick: values.quick,
    workloads: bench.workloads.filter(({ name }) => workloads.includes(name)),
    tracers,
    verifyOnly: values.verify,
    jsonFile: values.json,
  };
}
