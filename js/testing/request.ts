/**
 * Spans from an OTLP/JSON request, as the native half writes it: every field is there, ids are hex,
 * and 64-bit integers are decimal strings. Not for requests of others, of which nothing is checked.
 */

import type { OtlpSpan } from "../hooks/finished-span.js";

/**
 * An attribute's value, as a collector reads it: an integer is a bigint where a number would not be
 * exact, an attribute without a value is `null`.
 */
export type TestAttributeValue =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | null
  | TestAttributeValue[]
  | { [key: string]: TestAttributeValue };

export type TestAttributes = Record<string, TestAttributeValue>;

/** A span in OTLP's own numbers. */
export type WireSpan = OtlpSpan<TestAttributes>;

/** One of these is there, or none. */
interface JsonValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string;
  /** A word where JSON has no number. */
  doubleValue?: number | string;
  bytesValue?: string;
  arrayValue?: { values: JsonValue[] };
  kvlistValue?: { values: JsonAttribute[] };
}

interface JsonAttribute {
  key: string;
  value: JsonValue;
}

interface JsonSpan extends Omit<
  WireSpan,
  "startTimeUnixNano" | "endTimeUnixNano" | "attributes" | "events" | "links"
> {
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: JsonAttribute[];
  events: { name: string; timeUnixNano: string; attributes: JsonAttribute[] }[];
  links: { traceId: string; spanId: string; attributes: JsonAttribute[] }[];
}

interface JsonRequest {
  resourceSpans: {
    resource: { attributes: JsonAttribute[] };
    scopeSpans: { scope: { name: string; version: string }; spans: JsonSpan[] }[];
  }[];
}

/** In the order in which the request has them. */
export function readRequest(json: string): WireSpan[] {
  const { resourceSpans } = JSON.parse(json) as JsonRequest;
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => readSpan(span, resource, scope))),
  );
}

function readSpan(
  span: JsonSpan,
  resource: { attributes: JsonAttribute[] },
  { name, version }: WireSpan["scope"],
): WireSpan {
  return {
    ...span,
    startTimeUnixNano: BigInt(span.startTimeUnixNano),
    endTimeUnixNano: BigInt(span.endTimeUnixNano),
    attributes: readAttributes(span.attributes),
    events: span.events.map((event) => ({
      name: event.name,
      timeUnixNano: BigInt(event.timeUnixNano),
      attributes: readAttributes(event.attributes),
    })),
    links: span.links.map((link) => ({ ...link, attributes: readAttributes(link.attributes) })),
    resource: readAttributes(resource.attributes),
    scope: { name, version },
  };
}

// fromEntries makes an own property even of a key such as `__proto__`.
function readAttributes(attributes: readonly JsonAttribute[]): TestAttributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, readValue(value)]));
}

function readValue(value: JsonValue): TestAttributeValue {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.intValue !== undefined) return readInteger(value.intValue);
  if (value.doubleValue !== undefined) return Number(value.doubleValue);
  if (value.bytesValue !== undefined) return readBytes(value.bytesValue);
  if (value.arrayValue !== undefined) return value.arrayValue.values.map(readValue);
  if (value.kvlistValue !== undefined) return readAttributes(value.kvlistValue.values);
  return null;
}

function readInteger(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

function readBytes(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}
