/**
 * How long a value and how large a span may be: at the top level, where OpenTelemetry's variables
 * have a say, and of a destination, which takes from the top level what it does not say itself.
 */
import { readFields } from "./fields.js";
import { ignoredVariable, invalidOption, type Lookup } from "./lookup.js";

export interface LimitOptions {
  /**
   * The longest that a text may be, in characters as JavaScript counts them: attributes of spans,
   * events and links, and status messages. `Infinity` is no limit, whatever the environment says.
   * Environment: `OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT`, `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`.
   * @defaultValue no limit
   */
  valueLength?: number | undefined;
  /**
   * The largest that a span may be as it is sent, in bytes before compression. Media give way first,
   * then the longest values. `Infinity` is no limit.
   * @defaultValue no limit
   */
  spanBytes?: number | undefined;
}

/** `null` is no limit. */
export interface ResolvedLimits {
  readonly valueLength: number | null;
  readonly spanBytes: number | null;
}

const OPTION = "limits";
const NAMES = ["valueLength", "spanBytes"] as const;
const WANTS = "an object such as { valueLength: 10000, spanBytes: 1000000 }";
const VARIABLES = ["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"];
/** What says what a span is takes some hundred bytes by itself. */
const MIN: ResolvedLimits & { valueLength: number; spanBytes: number } = {
  valueLength: 1,
  spanBytes: 1024,
};
const UNITS = { valueLength: "characters", spanBytes: "bytes" };

export function resolveLimits(lookup: Lookup): ResolvedLimits {
  lookup.sources[OPTION] = "default";
  const fromEnvironment = { valueLength: readVariable(lookup), spanBytes: null };
  const given = lookup.option(OPTION);
  if (given === undefined) return fromEnvironment;
  lookup.sources[OPTION] = "option";
  return readLimits(OPTION, given, fromEnvironment);
}

/** @param above - what holds where `given` says nothing */
export function readLimits(path: string, given: unknown, above: ResolvedLimits): ResolvedLimits {
  if (given === undefined) return above;
  const fields = readFields(path, given, NAMES, WANTS);
  const read = (name: (typeof NAMES)[number]): number | null => {
    const value = fields[name];
    if (value === undefined) return above[name];
    if (value === Infinity) return null;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= MIN[name])
      return value;
    const wants = `a whole number of ${UNITS[name]} from ${MIN[name]} on, or Infinity`;
    throw invalidOption(`${path}.${name}`, value, wants);
  };
  return { valueLength: read("valueLength"), spanBytes: read("spanBytes") };
}

function readVariable(lookup: Lookup): number | null {
  for (const name of VARIABLES) {
    const text = lookup.variable(name);
    if (text === undefined) continue;
    const number = /^\d+$/.test(text) ? Number(text) : 0;
    if (Number.isSafeInteger(number) && number >= MIN.valueLength) {
      lookup.sources[OPTION] = name;
      return number;
    }
    const wants = `a whole number of characters from ${MIN.valueLength} on`;
    lookup.warn(ignoredVariable(name, text, wants));
  }
  return null;
}
