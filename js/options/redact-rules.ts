/**
 * One rule of the option `redact`, as the native half takes it.
 */
import { CatalystTracingError, CatalystTracingErrorCodes, quote } from "../errors.js";
import { invalidOption } from "./lookup.js";
import { suggestName } from "./names.js";
import type { NativeRule } from "./redact-types.js";
import { copyOptionObject } from "./snapshot.js";

type Fields = Readonly<Record<string, unknown>>;

const WANTS_RULE =
  'a rule: { pattern: /…/ }, { key: "…" }, { path: "$.…" }, or a function (value, key) => string';

/** What a rule is about, and the fields it may have. */
const KINDS = [
  { about: "pattern", fields: ["pattern", "flags", "replace", "name"], what: pattern },
  { about: "key", fields: ["key", "replace", "name"], what: key },
  { about: "path", fields: ["path", "attribute", "replace", "name"], what: path },
] as const;

const FLAGS = /^[dgimsuvy]*$/;

/** @param at - where it was written, such as `redact.rules[2]` */
export function readRule(given: unknown, at: string): NativeRule {
  if (isRegExp(given)) throw invalidOption(at, given, "a rule; write { pattern: /…/ }");
  const fields = copyOptionObject(at, given, WANTS_RULE);
  const kinds = KINDS.filter(({ about }) => fields[about] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    throw invalidOption(at, given, `${WANTS_RULE}; with exactly one of pattern, key and path`);
  }
  for (const name of Object.keys(fields)) {
    if ((kind.fields as readonly string[]).includes(name)) continue;
    throw new CatalystTracingError(
      CatalystTracingErrorCodes.UNKNOWN_OPTION,
      `setup(): option "${at}" has no ${quote(name)}. ${suggestName(name, kind.fields)}`,
    );
  }
  return {
    at,
    what: kind.what(fields, at),
    replace: text(fields["replace"], `${at}.replace`),
    name: label(fields["name"], `${at}.name`),
  };
}

function pattern(fields: Fields, at: string): NativeRule["what"] {
  const given = fields["pattern"];
  const flags = fields["flags"];
  if (isRegExp(given)) {
    if (flags !== undefined) {
      throw invalidOption(`${at}.flags`, flags, "nothing beside a RegExp, which has its own flags");
    }
    return { pattern: { source: given.source, flags: given.flags } };
  }
  if (typeof given !== "string" || given === "") {
    throw invalidOption(`${at}.pattern`, given, "a RegExp, or its source");
  }
  if (flags !== undefined && (typeof flags !== "string" || !FLAGS.test(flags))) {
    throw invalidOption(`${at}.flags`, flags, "a RegExp's flags, such as i");
  }
  return { pattern: { source: given, flags: flags ?? "" } };
}

function key(fields: Fields, at: string): NativeRule["what"] {
  return { key: names(fields["key"], `${at}.key`, 'such as "ssn"') };
}

function path(fields: Fields, at: string): NativeRule["what"] {
  const { attribute } = fields;
  const wanted = 'such as "input.value"';
  return {
    path: {
      paths: names(fields["path"], `${at}.path`, 'such as "$.messages[*].content"'),
      attributes: attribute === undefined ? [] : names(attribute, `${at}.attribute`, wanted),
    },
  };
}

function names(given: unknown, option: string, such: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (list.length > 0 && list.every(isName)) return list;
  throw invalidOption(option, given, `a string that is not empty, ${such}, or a list of them`);
}

function isName(name: unknown): name is string {
  return typeof name === "string" && name.trim() !== "";
}

function text(given: unknown, option: string): string | null {
  if (given === undefined) return null;
  if (typeof given === "string") return given;
  const wants = "a string; what needs code is a rule by itself, (value, key) => string";
  throw invalidOption(option, given, wants);
}

function label(given: unknown, option: string): string | null {
  if (given === undefined || isName(given)) return given ?? null;
  throw invalidOption(option, given, "a string that is not empty");
}

/** Also of another realm. */
function isRegExp(value: unknown): value is RegExp {
  return Object.prototype.toString.call(value) === "[object RegExp]";
}
