/**
 * The fields of an option that is an object: copied before anything looks at them, and none that
 * does not exist.
 */
import { CatalystTracingError, CatalystTracingErrorCodes, quote } from "../errors.js";
import { invalidOption } from "./lookup.js";
import { suggestName } from "./names.js";
import { copyOptionObject } from "./snapshot.js";

type Fields<Name extends string> = Readonly<Partial<Record<Name, unknown>>>;

/** @param option - its name, or the path to it, such as `destinations[0].limits` */
export function readFields<Name extends string>(
  option: string,
  value: unknown,
  names: readonly Name[],
  wants: string,
): Fields<Name> {
  const fields = copyOptionObject(option, value, wants);
  const unknown = Object.keys(fields).find((name) => !names.some((known) => known === name));
  if (unknown === undefined) return fields as Fields<Name>;
  throw new CatalystTracingError(
    CatalystTracingErrorCodes.UNKNOWN_OPTION,
    `setup(): option "${option}" has no field ${quote(unknown)}. ${suggestName(unknown, names)}`,
  );
}

/** A number, or nothing where the field is left out. */
export function readNumber(
  path: string,
  value: unknown,
  range: { min: number; max: number; whole?: true },
  wants: string,
): number | null {
  if (value === undefined) return null;
  const fits =
    typeof value === "number" &&
    value >= range.min &&
    value <= range.max &&
    (range.whole !== true || Number.isInteger(value));
  if (!fits) throw invalidOption(path, value, wants);
  return value;
}
