/**
 * Spans and their parts as records of the handoff format, which `src/handoff/mod.rs` documents.
 */
import { type Attributes, type Link, TraceFlags, type TraceState } from "@opentelemetry/api";

import { JsonText, PartReference } from "../handoff/parts.js";
import { nameText } from "../handoff/stand-ins.js";
import type { Walker } from "../handoff/walker.js";
import { isTooLarge } from "../handoff/writer.js";
import { wordOf } from "./ids.js";
import type { Dropped, Moment, RecordedEvent, RecordingSpan } from "./span.js";

const PART = 1;
const END = 2;
const DISCARD = 3;
const WRITTEN = 4;

const PARENT_IS_REMOTE = 1;
const ABSOLUTE_START = 2;
const ABSOLUTE_END = 4;
const STATUS_MESSAGE = 8;
const TRACE_STATE = 16;
const DROPPED = 32;

/** Record head, identifiers and flags: the part of an END that has a fixed size. */
const END_HEAD_BYTES = 5 + 32 + 4 + 8;

export function writePartRecord(
  walker: Walker,
  span: Pick<RecordingSpan, "s0" | "s1">,
  index: number,
  kind: number,
  value: unknown,
): void {
  const start = walker.at;
  try {
    const text = JsonText.textOf(value);
    walker.u8(text === undefined ? PART : WRITTEN);
    const body = walker.beginLength();
    walker.reserve(8);
    walker.idWord(span.s0);
    walker.idWord(span.s1);
    walker.varint(index);
    walker.u8(kind);
    if (text === undefined) walker.value(value);
    else walker.text(text);
    walker.endLength(body);
  } catch (fault) {
    walker.at = start;
    walker.chunk += 1;
    throw fault;
  }
}

/** Says that the parts of a span are not needed: it will never end. */
export function writeDiscard(walker: Walker, s0: number, s1: number): void {
  walker.u8(DISCARD);
  const body = walker.beginLength();
  walker.reserve(8);
  walker.idWord(s0);
  walker.idWord(s1);
  walker.endLength(body);
}

/** What of a span is written: all; not its attributes; nor its events and links. */
const ATTEMPTS = [0, 1, 2] as const;

/**
 * Writes the end of a span. What does not fit is left out, attributes first, and counted as dropped;
 * then it returns the fault that it got over. When it throws, it has written nothing.
 */
export function writeEnd(walker: Walker, span: RecordingSpan): unknown {
  const start = walker.at;
  let fault: unknown;
  for (const attempt of ATTEMPTS) {
    try {
      writeEndRecord(walker, span, attempt);
      return fault;
    } catch (thrown) {
      // As `rewind`, but without a call: the host's stack may be used up.
      walker.at = start;
      walker.chunk += 1;
      fault = thrown;
    }
    if (!isTooLarge(fault)) break;
  }
  throw fault;
}

function writeEndRecord(walker: Walker, span: RecordingSpan, leftOut: 0 | 1 | 2): void {
  const { startAt, statusMessage, dropped } = span;
  const entries = leftOut === 0 ? span.entries : [];
  const parts = leftOut === 0 ? span.parts : span.parts + span.entries.length / 2;
  const endAt = span.endAt ?? startAt;
  const traceState = serialized(span.traceState);
  walker.reserve(END_HEAD_BYTES);
  const { bytes, view } = walker;
  let { at } = walker;
  const body = at + 1;
  bytes[at] = END;
  at += 5;
  view.setInt32(at, span.t0);
  view.setInt32(at + 4, span.t1);
  view.setInt32(at + 8, span.t2);
  view.setInt32(at + 12, span.t3);
  view.setInt32(at + 16, span.s0);
  view.setInt32(at + 20, span.s1);
  view.setInt32(at + 24, span.p0);
  view.setInt32(at + 28, span.p1);
  bytes[at + 32] =
    (span.parentIsRemote ? PARENT_IS_REMOTE : 0) |
    (typeof startAt === "number" ? 0 : ABSOLUTE_START) |
    (typeof endAt === "number" ? 0 : ABSOLUTE_END) |
    (statusMessage === undefined ? 0 : STATUS_MESSAGE) |
    (traceState ? TRACE_STATE : 0) |
    (dropped === undefined ? 0 : DROPPED);
  bytes[at + 33] = span.kind;
  bytes[at + 34] = span.statusCode;
  bytes[at + 35] = TraceFlags.SAMPLED;
  view.setFloat64(at + 36, span.clock.anchor, true);
  walker.at = at + 44;
  writeMoment(walker, startAt);
  writeMoment(walker, endAt);
  walker.text(span.name);
  walker.key(span.scope.name);
  walker.key(span.scope.version);
  if (statusMessage !== undefined) walker.text(statusMessage);
  if (traceState) walker.text(traceState);
  if (dropped !== undefined) writeDropped(walker, dropped);
  walker.varint(parts);
  walker.varint(entries.length / 2);
  for (let index = 0; index < entries.length; index += 2) {
    walker.key(entries[index] as string);
    const value = entries[index + 1];
    if (typeof value === "object" && value instanceof PartReference)
      walker.partReference(value.index);
    else walker.value(value);
  }
  writeEvents(walker, leftOut === 2 ? undefined : span.recordedEvents);
  writeLinks(walker, leftOut === 2 ? undefined : span.recordedLinks);
  walker.endLength(body);
}

/** Trace states are other people's objects. */
function serialized(traceState: TraceState | undefined): string {
  if (traceState === undefined) return "";
  try {
    return nameText(traceState.serialize());
  } catch {
    return "";
  }
}

function writeDropped(walker: Walker, { attributes, events, links }: Dropped): void {
  for (const count of [attributes, events, links]) walker.varint(count);
}

function writeMoment(walker: Walker, moment: Moment): void {
  if (typeof moment === "number") {
    walker.f64(moment);
  } else {
    walker.f64(moment[0]);
    walker.u32(moment[1]);
  }
}

function writeEvents(walker: Walker, recordedEvents: RecordedEvent[] | undefined): void {
  if (recordedEvents === undefined) return walker.varint(0);
  walker.varint(recordedEvents.length);
  for (const { at, name, attributes } of recordedEvents) {
    walker.u8(typeof at === "number" ? 0 : 1);
    writeMoment(walker, at);
    walker.key(name);
    writeAttributes(walker, attributes);
  }
}

function writeLinks(walker: Walker, recordedLinks: Link[] | undefined): void {
  if (recordedLinks === undefined) return walker.varint(0);
  walker.varint(recordedLinks.length);
  for (const { context, attributes } of recordedLinks) {
    walker.reserve(24);
    for (let index = 0; index < 4; index++) walker.idWord(wordOf(context.traceId, index));
    for (let index = 0; index < 2; index++) walker.idWord(wordOf(context.spanId, index));
    walker.u8(context.traceFlags);
    walker.text(serialized(context.traceState));
    writeAttributes(walker, attributes ?? {});
  }
}

function writeAttributes(walker: Walker, attributes: Attributes): void {
  const keys = Object.keys(attributes);
  walker.varint(keys.length);
  for (const key of keys) {
    walker.key(key);
    walker.value(attributes[key]);
  }
}
