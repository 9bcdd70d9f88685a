/**
 * Spans and their parts as records of the handoff format, which `src/handoff/mod.rs` documents.
 */
import { type Attributes, TraceFlags } from "@opentelemetry/api";

import type { Outbox } from "../handoff/outbox.js";
import type { Walker } from "../handoff/walker.js";
import type { Writer } from "../handoff/writer.js";
import { wordOf } from "./ids.js";
import { type Moment, PartReference, type RecordingSpan } from "./span.js";

const PART = 1;
const END = 2;

const PARENT_IS_REMOTE = 1;
const ABSOLUTE_START = 2;
const ABSOLUTE_END = 4;
const STATUS_MESSAGE = 8;
const TRACE_STATE = 16;

/** Record head, identifiers, flags and the two times: the part of an END that has a fixed size. */
const END_FIXED_BYTES = 5 + 32 + 4 + 8 + 12 + 12;

export function writePartRecord(
  writer: Writer,
  walker: Walker,
  span: RecordingSpan,
  index: number,
  kind: number,
  value: unknown,
): void {
  const start = writer.at;
  try {
    writer.u8(PART);
    const body = writer.beginLength();
    writer.reserve(8);
    writer.idWord(span.s0);
    writer.idWord(span.s1);
    writer.varint(index);
    writer.u8(kind);
    walker.write(value);
    writer.endLength(body);
  } catch (fault) {
    writer.rewind(start);
    throw fault;
  }
}

/** Writes the end of a span; if its attributes do not fit, without them: they count as dropped. */
export function writeEnd(outbox: Outbox, span: RecordingSpan): void {
  const { writer, walker } = outbox;
  const start = writer.at;
  try {
    writeEndRecord(writer, walker, span, span.entries, span.parts);
  } catch (fault) {
    writer.rewind(start);
    writeEndRecord(writer, walker, span, [], span.parts + span.entries.length / 2);
    throw fault;
  }
}

function writeEndRecord(
  writer: Writer,
  walker: Walker,
  span: RecordingSpan,
  entries: readonly unknown[],
  parts: number,
): void {
  const { startAt, statusMessage } = span;
  const endAt = span.endAt ?? startAt;
  const traceState = span.traceState?.serialize();
  writer.reserve(END_FIXED_BYTES);
  writer.u8(END);
  const body = writer.beginLength();
  writer.idWord(span.t0);
  writer.idWord(span.t1);
  writer.idWord(span.t2);
  writer.idWord(span.t3);
  writer.idWord(span.s0);
  writer.idWord(span.s1);
  writer.idWord(span.p0);
  writer.idWord(span.p1);
  writer.u8(
    (span.parentIsRemote ? PARENT_IS_REMOTE : 0) |
      (typeof startAt === "number" ? 0 : ABSOLUTE_START) |
      (typeof endAt === "number" ? 0 : ABSOLUTE_END) |
      (statusMessage === undefined ? 0 : STATUS_MESSAGE) |
      (traceState ? TRACE_STATE : 0),
  );
  writer.u8(span.kind);
  writer.u8(span.statusCode);
  writer.u8(TraceFlags.SAMPLED);
  writer.f64(span.clock.anchor);
  writeMoment(writer, startAt);
  writeMoment(writer, endAt);
  writer.text(span.name);
  writer.key(span.scope.name);
  writer.key(span.scope.version);
  if (statusMessage !== undefined) writer.text(statusMessage);
  if (traceState) writer.text(traceState);
  writer.varint(parts);
  writer.varint(entries.length / 2);
  for (let index = 0; index < entries.length; index += 2) {
    writer.key(entries[index] as string);
    const value = entries[index + 1];
    if (value instanceof PartReference) walker.writePart(value.index);
    else walker.write(value);
  }
  writeEvents(writer, walker, span);
  writeLinks(writer, walker, span);
  writer.endLength(body);
}

function writeMoment(writer: Writer, moment: Moment): void {
  if (typeof moment === "number") {
    writer.f64(moment);
  } else {
    writer.f64(moment[0]);
    writer.u32(moment[1]);
  }
}

function writeEvents(writer: Writer, walker: Walker, { recordedEvents }: RecordingSpan): void {
  if (recordedEvents === undefined) return writer.varint(0);
  writer.varint(recordedEvents.length);
  for (const { at, name, attributes } of recordedEvents) {
    writer.u8(typeof at === "number" ? 0 : 1);
    writeMoment(writer, at);
    writer.key(name);
    writeAttributes(writer, walker, attributes);
  }
}

function writeLinks(writer: Writer, walker: Walker, { recordedLinks }: RecordingSpan): void {
  if (recordedLinks === undefined) return writer.varint(0);
  writer.varint(recordedLinks.length);
  for (const { context, attributes } of recordedLinks) {
    writer.reserve(24);
    for (let index = 0; index < 4; index++) writer.idWord(wordOf(context.traceId, index));
    for (let index = 0; index < 2; index++) writer.idWord(wordOf(context.spanId, index));
    writer.u8(context.traceFlags);
    writer.text(context.traceState?.serialize() ?? "");
    writeAttributes(writer, walker, attributes ?? {});
  }
}

function writeAttributes(writer: Writer, walker: Walker, attributes: Attributes): void {
  const keys = Object.keys(attributes);
  writer.varint(keys.length);
  for (const key of keys) {
    writer.key(key);
    walker.write(attributes[key]);
  }
}
