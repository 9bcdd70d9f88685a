/**
 * Reads the option `redact`. Shapes and types are checked here; what a pattern or a path says, the
 * native half knows.
 *
 * Whoever asks for redaction gets it: a variable with a word in it that is not understood turns on
 * all detectors.
 */
import { CatalystTracingError, CatalystTracingErrorCodes, quote } from "../errors.js";
import { readRule } from "./redact-rules.js";
import type {
  NativeRule,
  RedactDetector,
  RedactFunction,
  ResolvedRedaction,
} from "./redact-types.js";
import { invalidOption, type Lookup } from "./lookup.js";
import { suggestName } from "./names.js";
import { copyOptionObject } from "./snapshot.js";

export const DETECTORS: readonly RedactDetector[] = [
  "email",
  "phone",
  "card",
  "iban",
  "ip",
  "jwt",
  "privateKey",
  "apiKey",
];

const VARIABLE = "CATALYST_REDACT";
const SECRET_VARIABLE = "CATALYST_REDACT_SECRET";

/** Fewer can be tried out, and then pseudonyms hide nothing. */
const MIN_SECRET_CHARS = 16;

const ON_WORDS = new Set(["true", "1", "yes", "on", "all", "default"]);
const OFF_WORDS = new Set(["false", "0", "no", "off", "none"]);

const FIELDS = ["detect", "rules", "replace", "secret"];
const WANTS =
  'true, false, an object such as { detect: ["email"], rules: [{ key: "ssn" }] }, or a list of ' +
  "detectors and rules";
const WANTS_SECRET = `a string of at least ${MIN_SECRET_CHARS} characters`;

export function resolveRedaction(lookup: Lookup): ResolvedRedaction | null {
  const given = lookup.option("redact");
  const redaction = given === undefined ? fromVariable(lookup) : fromOption(given, "redact");
  lookup.sources["redact"] ??= given === undefined ? "default" : "option";
  if (redaction === null) return null;
  return frozen({ ...redaction, secret: redaction.secret ?? secretVariable(lookup) });
}

/**
 * A destination's own, with the top level's secret where it names none: pseudonyms are the same.
 * @param path - of the option, in messages
 * @param top - where the secret is looked for when the top level itself redacts nothing
 */
export function resolveOwnRedaction(
  given: unknown,
  path: string,
  above: ResolvedRedaction | null,
  top: Lookup,
): ResolvedRedaction | null {
  if (given === undefined) return above;
  const redaction = fromOption(given, path);
  if (redaction === null) return null;
  if (redaction.functions.length === 0) {
    const inherited = above === null ? secretVariable(top) : above.secret;
    return frozen({ ...redaction, secret: redaction.secret ?? inherited });
  }
  throw new CatalystTracingError(
    CatalystTracingErrorCodes.INVALID_OPTION,
    `setup(): option "${path}" has a function among its rules. Functions run before a span is ` +
      'handed over, for all destinations alike: put it into the "redact" of the top level.',
  );
}

/** As it may be shown to people. */
export function shownRedaction(redaction: ResolvedRedaction | null): string | null {
  if (redaction === null) return null;
  const { detect, rules, functions, secret } = redaction;
  const parts = [detect.join(", ") || "no detectors"];
  if (rules.length > 0) parts.push(`${rules.length} rules`);
  if (functions.length > 0) parts.push(`${functions.length} functions`);
  if (secret !== null) parts.push("a secret (not shown)");
  return parts.join("; ");
}

/** For the native half, which knows nothing of functions. */
export function nativeRedaction({ detect, replace, rules, secret }: ResolvedRedaction): string {
  return JSON.stringify({ detect, replace, rules, secret });
}

function fromOption(given: unknown, path: string): ResolvedRedaction | null {
  if (given === false) return null;
  if (given === true) return resolved(DETECTORS);
  if (Array.isArray(given)) return fromList(given as readonly unknown[], path);
  const fields = copyOptionObject(path, given, WANTS);
  for (const name of Object.keys(fields)) checkField(path, name, FIELDS);
  const { detect, rules, replace, secret } = fields;
  return {
    ...readRules(rules, `${path}.rules`),
    detect: readDetect(detect, `${path}.detect`),
    replace: readText(replace, `${path}.replace`, "a string"),
    secret: readSecret(secret, `${path}.secret`),
  };
}

/** Detectors and rules, and nothing that is not in it. */
function fromList(given: readonly unknown[], path: string): ResolvedRedaction {
  const detect: RedactDetector[] = [];
  const rules: unknown[] = [];
  for (const [index, entry] of given.entries()) {
    if (typeof entry === "string") detect.push(readDetector(entry, `${path}[${index}]`));
    // A place without a rule, so that the others keep theirs.
    rules.push(typeof entry === "string" ? undefined : entry);
  }
  return { ...resolved(detect), ...readRules(rules, path, "string") };
}

function resolved(detect: readonly RedactDetector[]): ResolvedRedaction {
  return { detect, replace: null, rules: [], functions: [], secret: null };
}

function readDetect(given: unknown, path: string): readonly RedactDetector[] {
  if (given === undefined || given === true) return DETECTORS;
  if (given === false) return [];
  if (!Array.isArray(given)) {
    throw invalidOption(path, given, "true, false, or a list of detectors");
  }
  return given.map((name: unknown, index) => {
    const option = `${path}[${index}]`;
    if (typeof name !== "string") throw invalidOption(option, name, "the name of a detector");
    return readDetector(name, option);
  });
}

function readDetector(name: string, option: string): RedactDetector {
  const detector = DETECTORS.find((known) => known === name);
  if (detector !== undefined) return detector;
  throw new CatalystTracingError(
    CatalystTracingErrorCodes.INVALID_OPTION,
    `setup(): option "${option}": there is no detector ${quote(name)}. ` +
      `${suggestName(name, DETECTORS)} A pattern is an object: { pattern: /…/ }.`,
  );
}

interface Rules {
  readonly rules: readonly NativeRule[];
  readonly functions: readonly RedactFunction[];
}

/** @param skipped - an entry that is `undefined` is no mistake there */
function readRules(given: unknown, option: string, skipped?: "string"): Rules {
  const rules: NativeRule[] = [];
  const functions: RedactFunction[] = [];
  if (given === undefined) return { rules, functions };
  if (!Array.isArray(given)) throw invalidOption(option, given, "a list of rules");
  for (const [index, entry] of (given as readonly unknown[]).entries()) {
    if (entry === undefined && skipped !== undefined) continue;
    if (typeof entry === "function") functions.push(entry as RedactFunction);
    else rules.push(readRule(entry, `${option}[${index}]`));
  }
  return { rules, functions };
}

function checkField(path: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  throw new CatalystTracingError(
    CatalystTracingErrorCodes.UNKNOWN_OPTION,
    `setup(): option "${path}" has no ${quote(name)}. ${suggestName(name, known)}`,
  );
}

function readText(given: unknown, option: string, wants: string): string | null {
  if (given === undefined) return null;
  if (typeof given !== "string") throw invalidOption(option, given, wants);
  return given;
}

function readSecret(given: unknown, path: string): string | null {
  if (given === undefined) return null;
  if (typeof given === "string" && given.length >= MIN_SECRET_CHARS) return given;
  throw invalidOption(path, given, WANTS_SECRET, "secret");
}

function secretVariable(lookup: Lookup): string | null {
  const text = lookup.variable(SECRET_VARIABLE);
  if (text === undefined || text.length >= MIN_SECRET_CHARS) return text ?? null;
  lookup.warn(
    `${SECRET_VARIABLE} (not shown) is too short; it takes ${WANTS_SECRET}. It is ignored.`,
  );
  return null;
}

function fromVariable(lookup: Lookup): ResolvedRedaction | null {
  const text = lookup.variable(VARIABLE)?.toLowerCase();
  if (text === undefined) return null;
  lookup.sources["redact"] = VARIABLE;
  if (OFF_WORDS.has(text)) return null;
  if (ON_WORDS.has(text)) return resolved(DETECTORS);
  const words = text.split(",").flatMap((word) => word.trim() || []);
  const detect = words.map((word) => DETECTORS.find((known) => known.toLowerCase() === word));
  const unknown = words.find((_, index) => detect[index] === undefined);
  if (unknown === undefined && words.length > 0) return resolved(detect.filter(isKnown));
  lookup.warn(
    `${VARIABLE}: there is no detector ${quote(unknown ?? text)}; it takes true, false, or names with ` +
      `commas between them: ${DETECTORS.join(", ")}. All of them are on, to be safe.`,
  );
  return resolved(DETECTORS);
}

function isKnown(detector: RedactDetector | undefined): detector is RedactDetector {
  return detector !== undefined;
}

function frozen(redaction: ResolvedRedaction): ResolvedRedaction {
  for (const rule of redaction.rules) Object.freeze(rule);
  for (const list of [redaction.detect, redaction.rules, redaction.functions]) Object.freeze(list);
  return Object.freeze(redaction);
}
