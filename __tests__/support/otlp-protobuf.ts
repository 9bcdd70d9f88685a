// Reads any message of `otlp-schema.ts` from protobuf. Bytes that no parser would accept throw a
// `WireError`; what a parser would accept but our exporter must never send (an unknown field, a
// field sent twice, an id of the wrong length) is a line in `problems`, and reading goes on.

import {
  ID_BYTES,
  MAX_MESSAGE_DEPTH,
  type FieldRule,
  type MessageRule,
  type RawMessage,
  type RawValue,
  type ScalarType,
} from "./otlp-schema.js";
import { WireReader, WireType } from "./protobuf.js";

const WIRE_TYPE_OF: Record<ScalarType, number> = {
  string: WireType.bytes,
  bytes: WireType.bytes,
  traceId: WireType.bytes,
  spanId: WireType.bytes,
  bool: WireType.varint,
  int64: WireType.varint,
  uint32: WireType.varint,
  enum: WireType.varint,
  fixed64: WireType.fixed64,
  double: WireType.fixed64,
  fixed32: WireType.fixed32,
};

export function readProtobuf(rule: MessageRule, bytes: Uint8Array, problems: string[]): RawMessage {
  return readMessage(rule, bytes, rule.name, 1, problems);
}

function readMessage(
  rule: MessageRule,
  bytes: Uint8Array,
  path: string,
  depth: number,
  problems: string[],
): RawMessage {
  const reader = new WireReader(bytes, path);
  if (depth > MAX_MESSAGE_DEPTH) throw reader.error(`is nested over ${MAX_MESSAGE_DEPTH} deep`);
  const result: Record<string, RawValue> = {};
  let fieldsSeen = 0;
  while (!reader.done) {
    const { field: number, wireType } = reader.tag();
    const field = rule.byNumber.get(number);
    if (field === undefined) {
      problems.push(`${path} has the unknown field ${number}`);
      reader.skip(wireType);
      continue;
    }
    const expected = typeof field.type === "string" ? WIRE_TYPE_OF[field.type] : WireType.bytes;
    if (wireType !== expected) {
      throw reader.error(`field ${field.name} has wire type ${wireType}, not ${expected}`);
    }
    const earlier = result[field.name];
    if (field.repeated) {
      const list = Array.isArray(earlier) ? earlier : [];
      list.push(readField(field, reader, `${path}.${field.name}[${list.length}]`, depth, problems));
      result[field.name] = list;
    } else {
      if (earlier !== undefined) problems.push(`${path} has the field ${field.name} twice`);
      result[field.name] = readField(field, reader, `${path}.${field.name}`, depth, problems);
      fieldsSeen += 1;
    }
  }
  if (rule.oneof && fieldsSeen > 1) problems.push(`${path} sets more than one of its alternatives`);
  return result;
}

function readField(
  field: FieldRule,
  reader: WireReader,
  path: string,
  depth: number,
  problems: string[],
): RawValue {
  const { type } = field;
  if (typeof type !== "string") {
    return readMessage(type(), reader.bytes(), path, depth + 1, problems);
  }
  switch (type) {
    case "string":
      return reader.string();
    case "bytes":
      return reader.bytes();
    case "traceId":
    case "spanId":
      return readId(reader.bytes(), ID_BYTES[type], path, problems);
    case "bool":
      return reader.varint() !== 0n;
    case "int64":
      return BigInt.asIntN(64, reader.varint());
    case "uint32":
      return readUint32(reader.varint(), path, problems);
    case "enum":
      return Number(BigInt.asIntN(32, reader.varint()));
    case "fixed64":
      return reader.fixed64();
    case "fixed32":
      return reader.fixed32();
    case "double":
      return reader.double();
  }
}

function readId(bytes: Uint8Array, length: number, path: string, problems: string[]): string {
  // Empty is the same as absent; `otlp.ts` says which ids may be.
  if (bytes.length !== length && bytes.length !== 0) {
    problems.push(`${path} is an id of ${bytes.length} bytes, not ${length}`);
  }
  return Buffer.from(bytes).toString("hex");
}

function readUint32(value: bigint, path: string, problems: string[]): number {
  if (value > 0xffff_ffffn) problems.push(`${path} does not fit 32 bits: ${value}`);
  return Number(value);
}
