// Turns the body of an OTLP/HTTP trace request, in either encoding, into one neutral list of spans,
// and says everything that is wrong with it. Tests assert on these spans: what came out on the
// wire. Holds the neutral types; the encodings are in `otlp-protobuf.ts` and `otlp-json.ts`.

import { readJson } from "./otlp-json.js";
import { readProtobuf } from "./otlp-protobuf.js";
import { ExportTraceServiceRequest, ID_BYTES, type RawMessage } from "./otlp-schema.js";
import { WireError } from "./protobuf.js";

/** `null` is an AnyValue with nothing set. Integers are numbers where that is exact. */
export type AttrValue =
  | string
  | boolean
  | number
  | bigint
  | Uint8Array
  | null
  | AttrValue[]
  | { [key: string]: AttrValue };

export type AttrType =
  "string" | "bool" | "int" | "double" | "array" | "kvlist" | "bytes" | "empty";

export type Attributes = Record<string, AttrValue>;

export interface DecodedEvent {
  name: string;
  timeUnixNano: bigint;
  attributes: Attributes;
}

export interface DecodedLink {
  traceId: string;
  spanId: string;
  traceState: string;
  attributes: Attributes;
}

export interface DecodedScope {
  name: string;
  version: string;
  attributes: Attributes;
}

export interface DecodedSpan {
  traceId: string;
  spanId: string;
  /** Empty for a root. */
  parentSpanId: string;
  traceState: string;
  flags: number;
  name: string;
  /** As on the wire: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number;
  startTimeUnixNano: bigint;
  endTimeUnixNano: bigint;
  attributes: Attributes;
  attributeTypes: Record<string, AttrType>;
  droppedAttributesCount: number;
  events: DecodedEvent[];
  droppedEventsCount: number;
  links: DecodedLink[];
  droppedLinksCount: number;
  /** Code as on the wire: 0 unset, 1 ok, 2 error. */
  status: { code: number; message: string };
  resource: Attributes;
  scope: DecodedScope;
}

export interface DecodedRequest {
  spans: DecodedSpan[];
  problems: string[];
  /** False when the body could not be read at all. */
  readable: boolean;
}

const MAX_SPAN_KIND = 5;
const MAX_STATUS_CODE = 2;

export function decodeTraces(body: Uint8Array, contentType: string): DecodedRequest {
  const problems: string[] = [];
  try {
    const request = readBody(body, contentType, problems);
    return { spans: requestSpans(request, problems), problems, readable: true };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return { spans: [], problems: [...problems, error.message], readable: false };
  }
}

export function isJson(contentType: string): boolean {
  return mediaType(contentType) === "application/json";
}

function mediaType(contentType: string): string {
  return (contentType.split(";")[0] ?? "").trim().toLowerCase();
}

function readBody(body: Uint8Array, contentType: string, problems: string[]): RawMessage {
  if (isJson(contentType)) return readJson(ExportTraceServiceRequest, body, problems);
  if (mediaType(contentType) === "application/x-protobuf") {
    return readProtobuf(ExportTraceServiceRequest, body, problems);
  }
  throw new WireError(`the content type ${JSON.stringify(contentType)} is not OTLP/HTTP's`);
}

function requestSpans(request: RawMessage, problems: string[]): DecodedSpan[] {
  const spans: DecodedSpan[] = [];
  for (const group of messages(request, "resourceSpans")) {
    const resource = attributes(message(group, "resource"), "the resource", problems).values;
    for (const scopeGroup of messages(group, "scopeSpans")) {
      const raw = message(scopeGroup, "scope");
      const scope = {
        name: text(raw, "name"),
        version: text(raw, "version"),
        attributes: attributes(raw, "the scope", problems).values,
      };
      for (const span of messages(scopeGroup, "spans")) {
        spans.push(decodeSpan(span, resource, scope, problems));
      }
    }
  }
  return spans;
}

function decodeSpan(
  raw: RawMessage,
  resource: Attributes,
  scope: DecodedScope,
  problems: string[],
): DecodedSpan {
  const name = text(raw, "name");
  const spanId = text(raw, "spanId");
  const where = `span ${JSON.stringify(name)} (${spanId})`;
  requireId(text(raw, "traceId"), ID_BYTES.traceId, `${where}: the trace id`, problems);
  requireId(spanId, ID_BYTES.spanId, `${where}: the span id`, problems);
  const parentSpanId = text(raw, "parentSpanId");
  if (/^0+$/.test(parentSpanId)) problems.push(`${where}: the parent's id is all zeros`);
  const kind = integer(raw, "kind");
  if (kind < 0 || kind > MAX_SPAN_KIND) problems.push(`${where}: unknown kind ${kind}`);
  const rawStatus = message(raw, "status");
  const status = { code: integer(rawStatus, "code"), message: text(rawStatus, "message") };
  if (status.code < 0 || status.code > MAX_STATUS_CODE) {
    problems.push(`${where}: unknown status code ${status.code}`);
  }
  const own = attributes(raw, where, problems);
  return {
    traceId: text(raw, "traceId"),
    spanId,
    parentSpanId,
    traceState: text(raw, "traceState"),
    flags: integer(raw, "flags"),
    name,
    kind,
    startTimeUnixNano: big(raw, "startTimeUnixNano"),
    endTimeUnixNano: big(raw, "endTimeUnixNano"),
    attributes: own.values,
    attributeTypes: own.types,
    droppedAttributesCount: integer(raw, "droppedAttributesCount"),
    events: messages(raw, "events").map((event) => ({
      name: text(event, "name"),
      timeUnixNano: big(event, "timeUnixNano"),
      attributes: attributes(event, `an event of ${where}`, problems).values,
    })),
    droppedEventsCount: integer(raw, "droppedEventsCount"),
    links: messages(raw, "links").map((link) => decodeLink(link, where, problems)),
    droppedLinksCount: integer(raw, "droppedLinksCount"),
    status,
    resource,
    scope,
  };
}

function decodeLink(raw: RawMessage, where: string, problems: string[]): DecodedLink {
  const link = {
    traceId: text(raw, "traceId"),
    spanId: text(raw, "spanId"),
    traceState: text(raw, "traceState"),
    attributes: attributes(raw, `a link of ${where}`, problems).values,
  };
  requireId(link.traceId, ID_BYTES.traceId, `a link of ${where}: the trace id`, problems);
  requireId(link.spanId, ID_BYTES.spanId, `a link of ${where}: the span id`, problems);
  return link;
}

/** An id of the wrong length was already reported by the encoding's reader. */
function requireId(id: string, bytes: number, where: string, problems: string[]): void {
  if (id === "") problems.push(`${where} is missing`);
  else if (id === "00".repeat(bytes)) problems.push(`${where} is all zeros`);
}

function attributes(
  holder: RawMessage,
  where: string,
  problems: string[],
): { values: Attributes; types: Record<string, AttrType> } {
  const values = new Map<string, AttrValue>();
  const types = new Map<string, AttrType>();
  for (const pair of messages(holder, "attributes")) {
    const key = text(pair, "key");
    if (key === "") problems.push(`${where} has an attribute without a key`);
    if (values.has(key)) problems.push(`${where} has the attribute ${JSON.stringify(key)} twice`);
    const [type, value] = attributeValue(message(pair, "value"), `${where}.${key}`, problems);
    values.set(key, value);
    types.set(key, type);
  }
  // fromEntries makes own properties even of a key such as `__proto__`.
  return { values: Object.fromEntries(values), types: Object.fromEntries(types) };
}

function attributeValue(raw: RawMessage, where: string, problems: string[]): [AttrType, AttrValue] {
  if (typeof raw.stringValue === "string") return ["string", raw.stringValue];
  if (typeof raw.boolValue === "boolean") return ["bool", raw.boolValue];
  if (typeof raw.intValue === "bigint") return ["int", exactNumber(raw.intValue)];
  if (typeof raw.doubleValue === "number") return ["double", raw.doubleValue];
  if (raw.bytesValue instanceof Uint8Array) return ["bytes", raw.bytesValue];
  if (raw.arrayValue !== undefined) {
    const items = messages(message(raw, "arrayValue"), "values");
    return ["array", items.map((item) => attributeValue(item, where, problems)[1])];
  }
  if (raw.kvlistValue !== undefined) {
    const pairs = { attributes: message(raw, "kvlistValue").values };
    return ["kvlist", attributes(pairs, where, problems).values];
  }
  return ["empty", null];
}

function exactNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

// The readers have checked every type against the schema; these only fill in absent fields.
function text(raw: RawMessage, field: string): string {
  const value = raw[field];
  return typeof value === "string" ? value : "";
}

function integer(raw: RawMessage, field: string): number {
  const value = raw[field];
  return typeof value === "number" ? value : 0;
}

function big(raw: RawMessage, field: string): bigint {
  const value = raw[field];
  return typeof value === "bigint" ? value : 0n;
}

function message(raw: RawMessage, field: string): RawMessage {
  return (raw[field] as RawMessage | undefined) ?? {};
}

function messages(raw: RawMessage, field: string): readonly RawMessage[] {
  return (raw[field] as readonly RawMessage[] | undefined) ?? [];
}
