// Writes any message of `otlp-schema.ts` in either encoding: the collector's answers, and request
// bodies for the tests of the decoders. Encodes what it is given, in the order given.

import type { FieldRule, MessageRule, RawMessage, RawValue } from "./otlp-schema.js";
import { WireWriter } from "./protobuf.js";

export function encodeProtobuf(rule: MessageRule, message: RawMessage): Buffer {
  const writer = new WireWriter();
  for (const [field, value] of present(rule, message)) {
    const items: readonly RawValue[] = field.repeated && Array.isArray(value) ? value : [value];
    for (const item of items) writeField(writer, field, item);
  }
  return writer.finish();
}

export function encodeJson(rule: MessageRule, message: RawMessage): string {
  return JSON.stringify(jsonMessage(rule, message));
}

function present(rule: MessageRule, message: RawMessage): [FieldRule, RawValue][] {
  const pairs: [FieldRule, RawValue][] = [];
  for (const [key, value] of Object.entries(message)) {
    const field = rule.byName.get(key);
    if (field === undefined) throw new TypeError(`${rule.name} has no field ${key}`);
    if (value !== undefined) pairs.push([field, value]);
  }
  return pairs;
}

function writeField(writer: WireWriter, { number, type }: FieldRule, value: RawValue): void {
  if (typeof type !== "string") {
    writer.bytes(number, encodeProtobuf(type(), value as RawMessage));
    return;
  }
  switch (type) {
    case "string":
      writer.string(number, value as string);
      return;
    case "bytes":
      writer.bytes(number, value as Uint8Array);
      return;
    case "traceId":
    case "spanId":
      writer.bytes(number, Buffer.from(value as string, "hex"));
      return;
    case "bool":
    case "int64":
    case "uint32":
    case "enum":
      writer.varint(number, BigInt(value as boolean | bigint | number));
      return;
    case "fixed64":
      writer.fixed64(number, value as bigint);
      return;
    case "fixed32":
      writer.fixed32(number, value as number);
      return;
    case "double":
      writer.double(number, value as number);
      return;
  }
}

function jsonMessage(rule: MessageRule, message: RawMessage): Record<string, unknown> {
  return Object.fromEntries(
    present(rule, message).map(([field, value]) => [
      field.name,
      field.repeated && Array.isArray(value)
        ? value.map((item: RawValue) => jsonField(field, item))
        : jsonField(field, value),
    ]),
  );
}

function jsonField({ type }: FieldRule, value: RawValue): unknown {
  if (typeof type !== "string") return jsonMessage(type(), value as RawMessage);
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return value;
}
