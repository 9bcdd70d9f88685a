/**
 * Which options `setup()` knows by name: those of the table, those with a resolver of their own,
 * and those of the contract that this version does not have.
 *
 * The last are refused, not ignored: whoever asks for redaction must not find out in production
 * that nothing was redacted. Their variables warn, because an environment must not take an app
 * down. A version that gets one of them deletes its row.
 */
import { CatalystTracingError, CatalystTracingErrorCodes, quote } from "../errors.js";
import type { Lookup } from "./lookup.js";
import { SETTINGS } from "./table.js";

const OWN_RESOLVER_NAMES = [
  "headers",
  "resourceAttributes",
  "modules",
  "certificate",
  "clientCertificate",
  "clientKey",
  "sink",
  "destinations",
  "spool",
];

/** The names that this version takes. */
export const OPTION_NAMES: readonly string[] = [...Object.keys(SETTINGS), ...OWN_RESOLVER_NAMES];

interface AbsentOption {
  readonly name: string;
  /** Variables that ask for the same. */
  readonly env: readonly string[];
  /** Beginnings of the names of such variables. */
  readonly envPrefix?: string;
}

const ABSENT_OPTIONS: readonly AbsentOption[] = [
  {
    name: "hide",
    env: ["OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH"],
    envPrefix: "OPENINFERENCE_HIDE_",
  },
  { name: "redact", env: ["CATALYST_REDACT"] },
  { name: "limits", env: ["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT"] },
  { name: "sample", env: [] },
  { name: "cost", env: [] },
];

/** Words that switch a variable's feature off: what is not wanted need not be there. */
const OFF_WORDS = new Set(["false", "0", "no", "off", "none"]);

/** Throws for an option that does not exist, here or at all. */
export function checkOptionNames(given: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (OPTION_NAMES.includes(name)) continue;
    if (!ABSENT_OPTIONS.some((option) => option.name === name)) {
      throw new CatalystTracingError(
        CatalystTracingErrorCodes.UNKNOWN_OPTION,
        `setup(): there is no option ${quote(name)}. ${suggestName(name, OPTION_NAMES)}`,
      );
    }
    if (value === undefined) continue;
    throw new CatalystTracingError(
      CatalystTracingErrorCodes.UNSUPPORTED_OPTION,
      `setup(): this version of catalyst-tracing has no option "${name}". ` +
        "Leave it out, or install a version that has it. It is refused because ignoring it could " +
        "send what it was meant to hold back, or lose what it was meant to keep.",
    );
  }
}

/** Warns for each variable that asks for something this version does not do. */
export function warnOfAbsentFeatures(lookup: Lookup): void {
  for (const { name: option, env, envPrefix } of ABSENT_OPTIONS) {
    const prefixed = envPrefix === undefined ? [] : lookup.variablesWith(envPrefix);
    for (const name of [...env, ...prefixed]) {
      const text = lookup.variable(name);
      if (text === undefined || OFF_WORDS.has(text.toLowerCase())) continue;
      lookup.warn(
        `${name} is set, but this version of catalyst-tracing has no option "${option}": ` +
          "it has no effect.",
      );
    }
  }
}

/** "Did you mean …?" for a misspelt name, or all the names when none is near. */
export function suggestName(wrong: string, names: readonly string[]): string {
  const ranked = names
    .map((name) => ({ name, distance: editDistance(wrong.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const nearest = ranked[0];
  // A third of the letters may be wrong; beyond that a guess misleads.
  const isNear = nearest !== undefined && nearest.distance <= Math.max(2, nearest.name.length / 3);
  return isNear ? `Did you mean "${nearest.name}"?` : `It takes ${names.join(", ")}.`;
}

/** A longer name is no misspelling, and the table below grows with the square of the length. */
const MAX_COMPARED_CHARS = 40;

/** How many letters must be inserted, deleted or replaced to turn one word into the other. */
function editDistance(a: string, b: string): number {
  if (a.length > MAX_COMPARED_CHARS) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of a.split("").entries()) {
    const next = [index + 1];
    for (const [column, other] of b.split("").entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
