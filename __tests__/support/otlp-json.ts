// Reads any message of `otlp-schema.ts` from OTLP/JSON, by OTLP's rules and not by general
// protobuf-JSON's: ids are hex, 64-bit integers are decimal strings, enums are integers and keys
// are lowerCamelCase. A value against the rules is a line in `problems` and is left out; a body
// that is no JSON object at all throws.

import {
  ID_BYTES,
  MAX_MESSAGE_DEPTH,
  type FieldRule,
  type MessageRule,
  type RawMessage,
  type RawValue,
} from "./otlp-schema.js";
import { WireError, decodeUtf8 } from "./protobuf.js";

const NOT_A_NUMBER_WORDS = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

export function readJson(rule: MessageRule, body: Uint8Array, problems: string[]): RawMessage {
  const text = decodeUtf8(body);
  if (text === undefined) throw new WireError("the JSON body is not valid UTF-8");
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new WireError(`the body is not JSON: ${String(error)}`);
  }
  if (!isObject(parsed)) throw new WireError(`the JSON body is ${describe(parsed)}, not an object`);
  return readMessage(rule, parsed, rule.name, 1, problems);
}

function readMessage(
  rule: MessageRule,
  source: Record<string, unknown>,
  path: string,
  depth: number,
  problems: string[],
): RawMessage {
  if (depth > MAX_MESSAGE_DEPTH) throw new WireError(`${path} is nested over ${MAX_MESSAGE_DEPTH}`);
  const result: Record<string, RawValue> = {};
  for (const [key, value] of Object.entries(source)) {
    const field = rule.byName.get(key);
    if (field === undefined) {
      problems.push(`${path} has the unknown key ${JSON.stringify(key)}${snakeCaseHint(key)}`);
    } else if (field.repeated) {
      const list = readList(field, value, `${path}.${key}`, depth, problems);
      if (list !== undefined) result[key] = list;
    } else {
      const read = readField(field, value, `${path}.${key}`, depth, problems);
      if (read !== undefined) result[key] = read;
    }
  }
  if (rule.oneof && Object.keys(source).length > 1) {
    problems.push(`${path} sets more than one of its alternatives`);
  }
  return result;
}

function readList(
  field: FieldRule,
  value: unknown,
  path: string,
  depth: number,
  problems: string[],
): RawValue[] | undefined {
  if (!Array.isArray(value)) {
    problems.push(`${path} is ${describe(value)}, not an array`);
    return undefined;
  }
  const items: readonly unknown[] = value;
  return items
    .map((item, index) => readField(field, item, `${path}[${index}]`, depth, problems))
    .filter((item) => item !== undefined);
}

function readField(
  field: FieldRule,
  value: unknown,
  path: string,
  depth: number,
  problems: string[],
): RawValue | undefined {
  const { type } = field;
  let read: RawValue | undefined;
  let wanted: string;
  if (typeof type !== "string") {
    wanted = "an object";
    if (isObject(value)) read = readMessage(type(), value, path, depth + 1, problems);
  } else {
    [read, wanted] = readScalar(type, value);
  }
  if (read === undefined) problems.push(`${path} is ${describe(value)}, not ${wanted}`);
  return read;
}

/** The value, or undefined when it breaks the rule; and the rule in words. */
function readScalar(
  type: Exclude<FieldRule["type"], () => MessageRule>,
  value: unknown,
): [RawValue | undefined, string] {
  switch (type) {
    case "string":
      return [
        typeof value === "string" && !/\p{Surrogate}/u.test(value) ? value : undefined,
        "a string without lone surrogates",
      ];
    case "bytes":
      return [readBase64(value), "base64"];
    case "traceId":
    case "spanId":
      return [readHex(value, ID_BYTES[type]), `${ID_BYTES[type] * 2} hex digits`];
    case "bool":
      return [typeof value === "boolean" ? value : undefined, "true or false"];
    case "int64":
      return [readDecimal(value, -(2n ** 63n), 2n ** 63n - 1n), "a signed decimal string"];
    case "fixed64":
      return [readDecimal(value, 0n, 2n ** 64n - 1n), "an unsigned decimal string"];
    case "uint32":
    case "fixed32":
      return [
        Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 32
          ? Number(value)
          : undefined,
        "an unsigned integer of 32 bits",
      ];
    case "enum":
      return [Number.isInteger(value) ? Number(value) : undefined, "an integer (no enum names)"];
    case "double":
      return [readDouble(value), "a number"];
  }
}

function readDecimal(value: unknown, lowest: bigint, highest: bigint): bigint | undefined {
  if (typeof value !== "string" || !/^-?(0|[1-9][0-9]*)$/.test(value)) return undefined;
  const integer = BigInt(value);
  return integer >= lowest && integer <= highest ? integer : undefined;
}

function readDouble(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" ? NOT_A_NUMBER_WORDS.get(value) : undefined;
}

function readHex(value: unknown, length: number): string | undefined {
  if (value === "") return value;
  if (typeof value !== "string" || value.length !== length * 2) return undefined;
  return /^[0-9a-f]*$/i.test(value) ? value.toLowerCase() : undefined;
}

function readBase64(value: unknown): Uint8Array | undefined {
  if (typeof value !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return undefined;
  const bytes = Buffer.from(value, "base64");
  return bytes.toString("base64") === value ? bytes : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function snakeCaseHint(key: string): string {
  return key.includes("_") ? " (snake_case is not OTLP/JSON)" : "";
}

/** Long values would drown the message that quotes them. */
const MAX_QUOTED_CHARS = 60;

function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_QUOTED_CHARS ? `${text.slice(0, MAX_QUOTED_CHARS)}…` : text;
}
