// OTLP's trace messages as data: field numbers, names and types. One table serves both encodings,
// because OTLP/JSON spells the same fields in lowerCamelCase. Only facts live here; reading is in
// `otlp-protobuf.ts` and `otlp-json.ts`, writing in `otlp-encode.ts`.

export type ScalarType =
  | "string"
  | "bytes"
  | "traceId"
  | "spanId"
  | "bool"
  | "int64"
  | "uint32"
  | "fixed64"
  | "fixed32"
  | "double"
  | "enum";

export interface FieldRule {
  readonly number: number;
  readonly name: string;
  readonly type: ScalarType | (() => MessageRule);
  readonly repeated: boolean;
}

export interface MessageRule {
  readonly name: string;
  /** At most one field may be set. */
  readonly oneof: boolean;
  readonly byNumber: ReadonlyMap<number, FieldRule>;
  readonly byName: ReadonlyMap<string, FieldRule>;
}

/** A value as either encoding carries it: ids are lower-case hex, 64-bit integers are bigints. */
export type RawValue =
  string | number | boolean | bigint | Uint8Array | RawMessage | readonly RawValue[];
/** Holds only the fields that were present. */
export interface RawMessage {
  readonly [field: string]: RawValue | undefined;
}

export const ID_BYTES = { traceId: 16, spanId: 8 } as const;

/** What C++ and Python parsers refuse to go beyond. */
export const MAX_MESSAGE_DEPTH = 100;

type Type = FieldRule["type"];
const one = (number: number, name: string, type: Type): FieldRule => {
  return { number, name, type, repeated: false };
};
const many = (number: number, name: string, type: Type): FieldRule => {
  return { number, name, type, repeated: true };
};
function message(name: string, fields: readonly FieldRule[], oneof = false): MessageRule {
  return {
    name,
    oneof,
    byNumber: new Map(fields.map((field) => [field.number, field])),
    byName: new Map(fields.map((field) => [field.name, field])),
  };
}

const AnyValue: MessageRule = message(
  "AnyValue",
  [
    one(1, "stringValue", "string"),
    one(2, "boolValue", "bool"),
    one(3, "intValue", "int64"),
    one(4, "doubleValue", "double"),
    one(5, "arrayValue", () => ArrayValue),
    one(6, "kvlistValue", () => KeyValueList),
    one(7, "bytesValue", "bytes"),
  ],
  true,
);

const ArrayValue: MessageRule = message("ArrayValue", [many(1, "values", () => AnyValue)]);

const KeyValueList: MessageRule = message("KeyValueList", [many(1, "values", () => KeyValue)]);

const KeyValue: MessageRule = message("KeyValue", [
  one(1, "key", "string"),
  one(2, "value", () => AnyValue),
]);

const EntityRef = message("EntityRef", [
  one(1, "schemaUrl", "string"),
  one(2, "type", "string"),
  many(3, "idKeys", "string"),
  many(4, "descriptionKeys", "string"),
]);

const Resource = message("Resource", [
  many(1, "attributes", () => KeyValue),
  one(2, "droppedAttributesCount", "uint32"),
  many(3, "entityRefs", () => EntityRef),
]);

const InstrumentationScope = message("InstrumentationScope", [
  one(1, "name", "string"),
  one(2, "version", "string"),
  many(3, "attributes", () => KeyValue),
  one(4, "droppedAttributesCount", "uint32"),
]);

const SpanEvent = message("Event", [
  one(1, "timeUnixNano", "fixed64"),
  one(2, "name", "string"),
  many(3, "attributes", () => KeyValue),
  one(4, "droppedAttributesCount", "uint32"),
]);

const SpanLink = message("Link", [
  one(1, "traceId", "traceId"),
  one(2, "spanId", "spanId"),
  one(3, "traceState", "string"),
  many(4, "attributes", () => KeyValue),
  one(5, "droppedAttributesCount", "uint32"),
  one(6, "flags", "fixed32"),
]);

const Status = message("Status", [one(2, "message", "string"), one(3, "code", "enum")]);

const Span = message("Span", [
  one(1, "traceId", "traceId"),
  one(2, "spanId", "spanId"),
  one(3, "traceState", "string"),
  one(4, "parentSpanId", "spanId"),
  one(5, "name", "string"),
  one(6, "kind", "enum"),
  one(7, "startTimeUnixNano", "fixed64"),
  one(8, "endTimeUnixNano", "fixed64"),
  many(9, "attributes", () => KeyValue),
  one(10, "droppedAttributesCount", "uint32"),
  many(11, "events", () => SpanEvent),
  one(12, "droppedEventsCount", "uint32"),
  many(13, "links", () => SpanLink),
  one(14, "droppedLinksCount", "uint32"),
  one(15, "status", () => Status),
  one(16, "flags", "fixed32"),
]);

const ScopeSpans = message("ScopeSpans", [
  one(1, "scope", () => InstrumentationScope),
  many(2, "spans", () => Span),
  one(3, "schemaUrl", "string"),
]);

const ResourceSpans = message("ResourceSpans", [
  one(1, "resource", () => Resource),
  many(2, "scopeSpans", () => ScopeSpans),
  one(3, "schemaUrl", "string"),
]);

export const ExportTraceServiceRequest = message("ExportTraceServiceRequest", [
  many(1, "resourceSpans", () => ResourceSpans),
]);

const ExportTracePartialSuccess = message("ExportTracePartialSuccess", [
  one(1, "rejectedSpans", "int64"),
  one(2, "errorMessage", "string"),
]);

export const ExportTraceServiceResponse = message("ExportTraceServiceResponse", [
  one(1, "partialSuccess", () => ExportTracePartialSuccess),
]);
