/**
 * Which options `setup()` knows by name: those of the table, and those with a resolver of their own.
 */
import { CatalystTracingError, CatalystTracingErrorCodes, quote } from "../errors.js";
import { SETTINGS } from "./table.js";

const OWN_RESOLVER_NAMES = [
  "headers",
  "resourceAttributes",
  "modules",
  "cost",
  "limits",
  "sample",
  "certificate",
  "clientCertificate",
  "clientKey",
  "sink",
  "destinations",
  "hide",
  "redact",
  "spool",
];

/** The names that this version takes. */
export const OPTION_NAMES: readonly string[] = [...Object.keys(SETTINGS), ...OWN_RESOLVER_NAMES];

/** Throws for an option that does not exist. */
export function checkOptionNames(given: Readonly<Record<string, unknown>>): void {
  const wrong = Object.keys(given).find((name) => !OPTION_NAMES.includes(name));
  if (wrong === undefined) return;
  throw new CatalystTracingError(
    CatalystTracingErrorCodes.UNKNOWN_OPTION,
    `setup(): there is no option ${quote(wrong)}. ${suggestName(wrong, OPTION_NAMES)}`,
  );
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
