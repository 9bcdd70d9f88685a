/**
 * What is written in place of a value: what its `toJSON` gives, what its kind really holds, or a
 * note that reading it threw. Nothing here throws but `content`, when a proxy does.
 */
import { Buffer } from "node:buffer";
import { types } from "node:util";

export type Fields = Record<string, unknown>;

const MAX_MESSAGE_CHARS = 200;
const bufferToJson = (Buffer.alloc(0) as { toJSON?: unknown }).toJSON;

/** What takes the place of a value whose reading threw. */
export function threw(error: unknown): string {
  try {
    const message = error instanceof Error ? error.message : String(error);
    return `[Throws: ${message.slice(0, MAX_MESSAGE_CHARS)}]`;
  } catch {
    return "[Throws]";
  }
}

/** A name as text; what has none, or throws instead of telling, is nameless. */
export function nameText(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    // oxlint-disable-next-line typescript/no-base-to-string -- whatever the text is, it is the name
    return value === undefined || value === null ? "" : String(value);
  } catch {
    return "";
  }
}

/** `container[key]`, then its `toJSON` if it has one: as `JSON.stringify` reads a value. */
export function read(container: Fields | readonly unknown[], key: string | number): unknown {
  try {
    const value = (container as Fields)[key];
    if (typeof value === "string" || typeof value === "number") return value;
    return prepare(value, key);
  } catch (error) {
    return threw(error);
  }
}

/** Calls `toJSON` where there is one. A Buffer's is left to Rust, which knows what it gives. */
export function prepare(value: unknown, key: string | number): unknown {
  switch (typeof value) {
    case "object":
      if (value === null) return value;
      break;
    case "function":
    case "bigint":
      break;
    default:
      return value;
  }
  try {
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON !== "function" || toJSON === bufferToJson) return value;
    const given = (toJSON as (key: string) => unknown).call(value, String(key));
    // Whose own toJSON is not called again, and so is no Buffer any more.
    if (!Buffer.isBuffer(given)) return given;
    return new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  } catch (error) {
    return threw(error);
  }
}

/** `JSON.stringify` leaves such a property out, and writes `null` for such an item. */
export function isLeftOut(value: unknown): boolean {
  return value === undefined || typeof value === "function" || typeof value === "symbol";
}

/**
 * What an object of a special kind holds: another object, an array or a primitive. Itself when its
 * own properties are its content.
 */
export function content(object: object): unknown {
  if (types.isProxy(object)) return object;
  if (object instanceof Error || types.isNativeError(object)) return errorFields(object);
  if (types.isMap(object)) return mapContent(object);
  if (types.isSet(object)) return [...object];
  if (types.isStringObject(object)) return String(object);
  if (types.isNumberObject(object)) return Number(object);
  if (types.isBooleanObject(object)) return Boolean.prototype.valueOf.call(object);
  if (types.isBigIntObject(object)) return BigInt.prototype.valueOf.call(object);
  return object;
}

/** An Error's own properties rarely hold what it says. */
function errorFields(error: Error): Fields {
  const fields: Fields = { name: error.name, message: error.message, stack: error.stack };
  if (error.cause !== undefined) fields["cause"] = error.cause;
  const { errors } = error as { errors?: unknown };
  if (errors !== undefined) fields["errors"] = errors;
  return Object.assign(fields, error);
}

function mapContent(map: Map<unknown, unknown>): unknown {
  const entries = [...map];
  return entries.every(([key]) => typeof key === "string") ? Object.fromEntries(entries) : entries;
}
