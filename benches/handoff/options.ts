/** The command line of the benchmark. */
import { parseArgs } from "node:util";

import { reader } from "../support/arguments.js";
import { CONTENDERS } from "./contenders/index.js";
import { SIZES } from "./payloads.js";
import type { Size } from "./payloads.js";
import type { RunSize } from "./runs.js";

export interface Options {
  rounds: number;
  sizes: readonly Size[];
  contenders: readonly string[];
  runs: Record<Size, RunSize>;
  coldStarts: number;
  verifyOnly: boolean;
  jsonFile: string | undefined;
}

const ROUNDS = 5;

const USAGE = `npm run bench -- handoff [options]
  --rounds N           rounds, whose medians are shown (${ROUNDS})
  --sizes A,B          of ${SIZES.join(", ")} (all)
  --contenders "A;B"   of ${[...CONTENDERS.keys()].join("; ")} (all)
  --quick              few spans, one round: shows that everything runs, measures nothing
  --verify             only compare what arrives, exit 1 if it differs
  --json FILE          also write every round's figures there
`;

/** Each hot run takes some seconds at most; the paced ones last about three. */
const FULL: Record<Size, RunSize> = {
  TINY: { hotSpans: 100_000, pacedTicks: 300, pacedSpansPerTick: 20 },
  SMALL: { hotSpans: 20_000, pacedTicks: 300, pacedSpansPerTick: 5 },
  // More than 512 spans while the loop is watched: OpenTelemetry's batch has to fill up once.
  LARGE: { hotSpans: 2_000, pacedTicks: 300, pacedSpansPerTick: 2 },
};

const QUICK: Record<Size, RunSize> = {
  TINY: { hotSpans: 5_000, pacedTicks: 20, pacedSpansPerTick: 20 },
  SMALL: { hotSpans: 1_000, pacedTicks: 20, pacedSpansPerTick: 5 },
  LARGE: { hotSpans: 100, pacedTicks: 20, pacedSpansPerTick: 2 },
};

export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string" },
      sizes: { type: "string" },
      contenders: { type: "string" },
      quick: { type: "boolean", default: false },
      verify: { type: "boolean", default: false },
      json: { type: "string" },
    },
  });
  const { rounds, chosen } = reader(USAGE, ROUNDS);
  return {
    rounds: rounds(values.rounds, values.quick),
    sizes: chosen(SIZES, values.sizes, ","),
    contenders: chosen([...CONTENDERS.keys()], values.contenders, ";"),
    runs: values.quick ? QUICK : FULL,
    coldStarts: values.quick ? 2 : 15,
    verifyOnly: values.verify,
    jsonFile: values.json,
  };
}
