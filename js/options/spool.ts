/**
 * The option `spool`: a directory in which spans wait until they are delivered.
 */
import { resolve } from "node:path";
import { CatalystTracingError, CatalystTracingErrorCodes, quote } from "../errors.js";
import type { OptionsIo } from "./io.js";
import { wholeNumber } from "./kinds.js";
import { ignoredVariable, invalidOption, type Lookup } from "./lookup.js";
import { suggestName } from "./names.js";
import { copyOptionObject } from "./snapshot.js";
import type { ResolvedSpool } from "./types.js";

const DIR_VARIABLE = "CATALYST_SPOOL_DIR";
const MAX_BYTES_VARIABLE = "CATALYST_SPOOL_MAX_BYTES";

const MIB = 1024 * 1024;
/** Hours of a busy service's outage, and little of a disk. */
const DEFAULT_MAX_BYTES = 1024 * MIB;

const MAX_BYTES = wholeNumber("bytes", {
  // Below it there is no room for what several processes write at the same time.
  min: MIB,
  max: Number.MAX_SAFE_INTEGER,
  example: DEFAULT_MAX_BYTES,
});

const WANTS = 'a directory, { dir: "/var/spool/traces", maxBytes: 1073741824 }, or false';
const WANTS_DIR = 'the path of a directory, such as "/var/spool/traces"';
const NAMES = ["dir", "maxBytes"];

/** `null` where spans wait in memory alone. */
export function resolveSpool(lookup: Lookup, io: OptionsIo): ResolvedSpool | null {
  const given = lookup.option("spool");
  const { dir, maxBytes } =
    given === undefined || given === false || typeof given === "string"
      ? { dir: given, maxBytes: undefined }
      : readObject(given);
  if (dir === false) return note(lookup, "option", null);
  if (dir !== undefined && (typeof dir !== "string" || dir.trim() === "")) {
    throw typeof given === "string"
      ? invalidOption("spool", given, WANTS)
      : invalidOption("spool.dir", dir, WANTS_DIR);
  }
  const path = dir ?? lookup.variable(DIR_VARIABLE);
  if (path === undefined) {
    // A bound alone would be a wish that nobody hears.
    if (given !== undefined) throw invalidOption("spool.dir", dir, WANTS_DIR);
    return note(lookup, "default", null);
  }
  return note(lookup, dir === undefined ? DIR_VARIABLE : "option", {
    dir: resolve(io.cwd(), path.trim()),
    maxBytes: resolveMaxBytes(lookup, maxBytes),
    takesAll: false,
  });
}

function readObject(given: unknown): { dir?: unknown; maxBytes?: unknown } {
  const copy = copyOptionObject("spool", given, WANTS);
  const wrong = Object.keys(copy).find((name) => !NAMES.includes(name));
  if (wrong === undefined) return copy;
  throw new CatalystTracingError(
    CatalystTracingErrorCodes.UNKNOWN_OPTION,
    `setup(): option "spool" has no ${quote(wrong)}. ${suggestName(wrong, NAMES)}`,
  );
}

function resolveMaxBytes(lookup: Lookup, given: unknown): number {
  if (given !== undefined) {
    const value = MAX_BYTES.fromValue(given);
    if (value === undefined) throw invalidOption("spool.maxBytes", given, MAX_BYTES.wants);
    return value;
  }
  const text = lookup.variable(MAX_BYTES_VARIABLE);
  if (text === undefined) return DEFAULT_MAX_BYTES;
  const value = MAX_BYTES.fromText(text);
  if (value === undefined) lookup.warn(ignoredVariable(MAX_BYTES_VARIABLE, text, MAX_BYTES.wants));
  return value ?? DEFAULT_MAX_BYTES;
}

function note<T>(lookup: Lookup, source: string, value: T): T {
  lookup.sources["spool"] = source;
  return value;
}
