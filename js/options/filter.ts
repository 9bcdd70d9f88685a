/**
 * A destination's `filter`: checked here, applied on the native thread (`src/filter.rs`).
 */
import { CatalystTracingError, CatalystTracingErrorCodes, quote } from "../errors.js";
import { SpanKindValues } from "../semconv.js";
import { invalidOption } from "./lookup.js";
import { suggestName } from "./names.js";
import { copyOptionObject } from "./snapshot.js";
import type { FilterCriteria, ResolvedFilter } from "./destination-types.js";

type Value = string | number | boolean;

const KINDS: readonly string[] = Object.values(SpanKindValues);

const WANTS_CRITERIA = 'an object such as { kinds: ["LLM"] }';
const WANTS_KINDS = `a list of ${KINDS.join(", ")}`;
const WANTS_NAMES = 'a list of names, in which * stands for any text, such as ["chat*"]';
const WANTS_ATTRIBUTES = 'an object of attributes and their values, such as { "user.id": "u1" }';
const WANTS_VALUES = "a string, a number, true or false, or a list of such values";
const WANTS_DURATION = "a number of milliseconds, such as 1000";

const READERS: { [K in keyof FilterCriteria]-?: (path: string, given: unknown) => unknown } = {
  kinds: (path, given) => {
    const kinds = texts(path, given, WANTS_KINDS).map((kind) => kind.toUpperCase());
    if (kinds.every((kind) => KINDS.includes(kind))) return kinds;
    throw invalidOption(path, given, WANTS_KINDS);
  },
  names: (path, given) => texts(path, given, WANTS_NAMES),
  attributes: (path, given) =>
    Object.fromEntries(
      Object.entries(copyOptionObject(path, given, WANTS_ATTRIBUTES)).map(([key, value]) => [
        key,
        values(`${path}.${key}`, value),
      ]),
    ),
  errorsOnly: (path, given) => {
    if (typeof given === "boolean") return given;
    throw invalidOption(path, given, "true or false");
  },
  minDurationMs: (path, given) => {
    if (typeof given === "number" && given >= 0 && given < Infinity) return given;
    throw invalidOption(path, given, WANTS_DURATION);
  },
};

/** @param path - what an error calls the option, such as `destinations[0].filter` */
export function resolveFilter(path: string, given: unknown): ResolvedFilter | null {
  if (given === undefined) return null;
  const { except, ...only } = copyOptionObject(path, given, WANTS_CRITERIA);
  const names = [...Object.keys(READERS), "except"];
  return {
    only: criteria(path, only, names),
    except:
      except === undefined
        ? null
        : criteria(
            `${path}.except`,
            copyOptionObject(`${path}.except`, except, WANTS_CRITERIA),
            Object.keys(READERS),
          ),
  };
}

function criteria(
  path: string,
  given: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  const entries = Object.entries(given).map(([name, value]): [string, unknown] => {
    if (!isCriterion(name)) {
      throw new CatalystTracingError(
        CatalystTracingErrorCodes.UNKNOWN_OPTION,
        `setup(): option "${path}" has no ${quote(name)}. ${suggestName(name, names)}`,
      );
    }
    return [name, value === undefined ? undefined : READERS[name](`${path}.${name}`, value)];
  });
  const said = entries.filter(([, value]) => value !== undefined);
  // To ask for nothing would let everything pass as `only`, and nothing as `except`.
  if (said.length > 0 || path.endsWith(".filter")) return Object.fromEntries(said);
  throw invalidOption(path, given, WANTS_CRITERIA);
}

function isCriterion(name: string): name is keyof FilterCriteria {
  return Object.hasOwn(READERS, name);
}

function texts(path: string, given: unknown, wants: string): string[] {
  const list: unknown = typeof given === "string" ? [given] : given;
  const isText = (item: unknown): item is string => typeof item === "string" && item !== "";
  if (!Array.isArray(list) || list.length === 0) throw invalidOption(path, given, wants);
  const copy: unknown[] = [...(list as unknown[])];
  if (copy.every(isText)) return copy;
  throw invalidOption(path, given, wants);
}

function values(path: string, given: unknown): Value[] {
  const list: unknown[] = Array.isArray(given) ? [...(given as unknown[])] : [given];
  const isValue = (item: unknown): item is Value =>
    typeof item === "string" || typeof item === "boolean" || Number.isFinite(item);
  if (list.length > 0 && list.every(isValue)) return list;
  throw invalidOption(path, given, WANTS_VALUES);
}
