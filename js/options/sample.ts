/**
 * Which traces are sent, decided when it is known what happened in them. What is looked for in a
 * span, and when it is decided, is the native half's matter (`src/sample/`).
 */
import { readFields, readNumber } from "./fields.js";
import { invalidOption, type Lookup } from "./lookup.js";
import { copyOptionObject } from "./snapshot.js";

type Plain = string | number | boolean;

export interface SampleOptions {
  /** The share of traces that is kept whatever happens in them, from 0 to 1. */
  ratio: number;
  /**
   * Keeps traces with a span whose status is an error.
   * @defaultValue `false`
   */
  keepErrors?: boolean | undefined;
  /** Keeps traces that took longer than this, in milliseconds. */
  keepSlowerThanMs?: number | undefined;
  /** Keeps traces whose model calls cost more than this, whether or not `cost` is on. */
  keepCostAboveUsd?: number | undefined;
  /**
   * Keeps traces with a span that has one of these values, by attribute:
   * `{ "agent.id": ["billing", "refunds"] }`.
   */
  keep?: Readonly<Record<string, Plain | readonly Plain[]>> | undefined;
  /**
   * A trace whose root has not ended after this many milliseconds is decided by what is known of it.
   * @defaultValue 600000 (ten minutes)
   */
  decideAfterMs?: number | undefined;
}

/** `null` is what is not looked at. */
export interface ResolvedSample {
  readonly ratio: number;
  readonly keepErrors: boolean;
  readonly keepSlowerThanMs: number | null;
  readonly keepCostAboveUsd: number | null;
  readonly keep: Readonly<Record<string, readonly Plain[]>>;
  readonly decideAfterMs: number;
}

const OPTION = "sample";
const NAMES = [
  "ratio",
  "keepErrors",
  "keepSlowerThanMs",
  "keepCostAboveUsd",
  "keep",
  "decideAfterMs",
] as const satisfies readonly (keyof SampleOptions)[];
const WANTS =
  "the share of traces to keep, such as 0.1, or an object such as { ratio: 0.1, keepErrors: true }";
const WANTS_RATIO = "a number from 0 to 1, such as 0.1: the share of traces that is always kept";
const WANTS_MS = "a number of milliseconds from 1 on";
const WANTS_KEEP =
  'values by attribute, each text, a number, true or false, such as { "agent.id": ["billing"] }';
/** The longest time that Node's timers can express; nothing is longer here. */
const MAX_MS = 2_147_483_647;
/** Long enough for most runs, and for somebody to approve a step of one. */
const DECIDE_AFTER_MS = 600_000;

/** `null` where every trace is sent that was recorded. */
export function resolveSample(lookup: Lookup): ResolvedSample | null {
  const given = lookup.option(OPTION);
  lookup.sources[OPTION] = given === undefined ? "default" : "option";
  if (given === undefined) return null;
  if (typeof given === "number") return resolved({ ratio: readRatio(OPTION, given, WANTS) });
  const fields = readFields(OPTION, given, NAMES, WANTS);
  const milliseconds = (name: "keepSlowerThanMs" | "decideAfterMs"): number | null => {
    const range = { min: 1, max: MAX_MS, whole: true } as const;
    return readNumber(`${OPTION}.${name}`, fields[name], range, WANTS_MS);
  };
  const { keepErrors = false, keepCostAboveUsd } = fields;
  if (typeof keepErrors !== "boolean") {
    throw invalidOption(`${OPTION}.keepErrors`, keepErrors, "true or false");
  }
  const dollars = { min: 0, max: Number.MAX_VALUE };
  return resolved({
    ratio: readRatio(`${OPTION}.ratio`, fields.ratio, WANTS_RATIO),
    keepErrors,
    keepSlowerThanMs: milliseconds("keepSlowerThanMs"),
    keepCostAboveUsd: readNumber(
      `${OPTION}.keepCostAboveUsd`,
      keepCostAboveUsd,
      dollars,
      "a number of US dollars",
    ),
    keep: readKeep(fields.keep),
    decideAfterMs: milliseconds("decideAfterMs") ?? DECIDE_AFTER_MS,
  });
}

function resolved(said: Partial<ResolvedSample> & { ratio: number }): ResolvedSample | null {
  // Then there is nothing to decide.
  if (said.ratio === 1) return null;
  return Object.freeze({
    keepErrors: false,
    keepSlowerThanMs: null,
    keepCostAboveUsd: null,
    keep: {},
    decideAfterMs: DECIDE_AFTER_MS,
    ...said,
  });
}

function readRatio(path: string, given: unknown, wants: string): number {
  const ratio = readNumber(path, given, { min: 0, max: 1 }, wants);
  if (ratio === null) throw invalidOption(path, given, wants);
  return ratio;
}

function readKeep(given: unknown): ResolvedSample["keep"] {
  const path = `${OPTION}.keep`;
  if (given === undefined) return {};
  const keep = Object.create(null) as Record<string, readonly Plain[]>;
  for (const [key, value] of Object.entries(copyOptionObject(path, given, WANTS_KEEP))) {
    const values: unknown[] = Array.isArray(value) ? [...(value as unknown[])] : [value];
    const wrong = values.find((one) => !isPlain(one));
    if (wrong !== undefined || values.length === 0 || values.includes(undefined)) {
      throw invalidOption(`${path}.${key}`, values.length === 1 ? values[0] : value, WANTS_KEEP);
    }
    keep[key] = Object.freeze(values.filter(isPlain));
  }
  return Object.freeze(keep);
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}
