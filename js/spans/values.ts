/**
 * Values of any kind as attributes, on spans of any tracer. Our own spans take a snapshot and leave
 * the JSON to Rust; here it is written for spans of others, and for what is wanted as text at once.
 */
import { Buffer } from "node:buffer";

import type { AttributeValue, Span } from "@opentelemetry/api";

import { isRecordingSpan } from "../capture/span.js";
import { Attr } from "../semconv.js";
import { guarded } from "./guard.js";
import { screened } from "./screened.js";
import { content, type Fields, isLeftOut, prepare, read, threw } from "../handoff/stand-ins.js";

/** Beyond what any app nests, and far from the end of the stack. */
const MAX_DEPTH = 400;

const SCALARS = new Set(["string", "number", "boolean"]);

export const TEXT = "text/plain";
export const JSON_TYPE = "application/json";

/**
 * A string as it is, anything else as JSON. Never throws: what JSON has no place for is replaced,
 * circular references by `[Circular]`.
 */
export function stringifyValue(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "bigint") return String(value);
  try {
    return JSON.stringify(plain(prepare(value, ""), [])) ?? "null";
  } catch (error) {
    return JSON.stringify(threw(error));
  }
}

function plain(value: unknown, ancestors: readonly object[]): unknown {
  if (typeof value === "bigint") return String(value);
  // A function may have a `toJSON`, which has had its turn.
  if (isLeftOut(value)) return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (ancestors.includes(value)) return "[Circular]";
  if (ancestors.length >= MAX_DEPTH) return "[Too deep]";
  try {
    if (Buffer.isBuffer(value)) return { type: "Buffer", data: [...value] };
    if (ArrayBuffer.isView(value)) return value;
    const inside = content(value);
    if (typeof inside !== "object" || inside === null) return plain(inside, ancestors);
    const around = [...ancestors, value];
    if (Array.isArray(inside)) {
      return Array.from(inside, (_, index) => plain(read(inside, index), around));
    }
    // Without a prototype, so that a field called `__proto__` is one like any other.
    const fields = Object.create(null) as Fields;
    for (const key of Object.keys(inside)) {
      const field = plain(read(inside as Fields, key), around);
      if (field !== undefined) fields[key] = field;
    }
    return fields;
  } catch (error) {
    return threw(error);
  }
}

/** Sets an attribute to any value; what is left out of JSON (`undefined`, functions) is left out. */
export function setSpanAttribute(span: Span, key: string, value: unknown): void {
  if (isRecordingSpan(span)) {
    span.setAttribute(key, value);
    return;
  }
  if (typeof key !== "string" || key === "") return;
  guarded(() => {
    const plainValue = attributeValue(value, key);
    if (plainValue !== undefined) screened(span).setAttribute(key, plainValue);
  });
}

/** As OpenTelemetry has values of attributes, and as our own spans make them: objects are JSON. */
export function attributeValue(value: unknown, key: string): AttributeValue | undefined {
  if (value === null || isLeftOut(value)) return undefined;
  const prepared = prepare(value, key);
  if (prepared === null || isLeftOut(prepared)) return undefined;
  if (typeof prepared === "bigint") {
    const number = Number(prepared);
    return Number.isSafeInteger(number) ? number : String(prepared);
  }
  if (!isAttributeValue(prepared)) return stringifyValue(prepared);
  return Array.isArray(prepared) ? prepared.slice() : prepared;
}

export function setSpanAttributes(span: Span, attributes: object): void {
  if (typeof attributes !== "object" || attributes === null) return;
  for (const key of guarded(() => Object.keys(attributes)) ?? []) {
    setSpanAttribute(span, key, read(attributes as Fields, key));
  }
}

/** Written out: a text that is put together anew is slow to find among the keys. */
const CONTENT = {
  input: { value: Attr.INPUT_VALUE, type: Attr.INPUT_MIME_TYPE },
  output: { value: Attr.OUTPUT_VALUE, type: Attr.OUTPUT_MIME_TYPE },
} as const;

/**
 * Sets `input.value` or `output.value`, and its MIME type.
 * @param textType - what a text is
 */
export function setContent(
  span: Span,
  name: "input" | "output",
  given: unknown,
  textType: string = TEXT,
): void {
  if (isLeftOut(given)) return;
  const value = typeof given === "bigint" ? String(given) : given;
  const isText = typeof value === "string";
  const type = isText ? textType : JSON_TYPE;
  const keys = CONTENT[name];
  if (!isRecordingSpan(span)) {
    const text = stringifyValue(value);
    screened(span).setAttributes({ [keys.value]: text, [keys.type]: type });
    return;
  }
  if (isText) span.setAttribute(keys.value, value);
  else span.setJson(keys.value, value);
  span.setAttribute(keys.type, type);
}

/** Sets an attribute to the JSON of a value, whatever its type. */
export function setJson(span: Span, key: string, value: unknown): void {
  if (!isRecordingSpan(span)) screened(span).setAttribute(key, stringifyValue(value));
  else if (typeof value === "string") span.setAttribute(key, value);
  else span.setJson(key, value);
}

function isAttributeValue(value: unknown): value is AttributeValue {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return true;
    default:
      // OpenTelemetry's SDK takes arrays of one type.
      return (
        Array.isArray(value) &&
        (value.length === 0 || SCALARS.has(typeof value[0])) &&
        value.every((item) => typeof item === typeof value[0])
      );
  }
}
