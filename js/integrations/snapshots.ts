/**
 * Where the snapshots of a call go. A span of ours takes each at once, and the native thread maps
 * it. Any other tracer's span can only take attributes: for such a span the snapshots are kept, and
 * mapped by the same code on the event loop when the call ends.
 */
import { Buffer } from "node:buffer";

import type { AttributeValue, Span } from "@opentelemetry/api";

import { RecordingSpan } from "../capture/span.js";
import { writePartRecord } from "../capture/span-record.js";
import { PartKind } from "../handoff/parts.js";
import { Walker } from "../handoff/walker.js";
import { loadNative } from "../native.js";
import { screened } from "../spans/screened.js";

export interface Snapshots {
  capture(kind: PartKind, value: unknown): unknown;
  /** The span is about to end. */
  settle?(): void;
}

const WALKER_BYTES = 64 * 1024;
/** All snapshots that are derived together have to be of one span; which one does not matter. */
const NAMELESS = { s0: 0, s1: 1 };

let walker: Walker | undefined;

export function snapshotsFor(span: Span): Snapshots {
  return span instanceof RecordingSpan ? span : new KeptSnapshots(span);
}

class KeptSnapshots implements Snapshots {
  private readonly parts: Uint8Array[] = [];

  constructor(private readonly span: Span) {}

  capture(kind: PartKind, value: unknown): void {
    // Nobody else gets it meanwhile: reading a value can run code that is traced.
    const own = walker ?? new Walker(WALKER_BYTES);
    walker = undefined;
    own.beginChunk();
    writePartRecord(own, NAMELESS, this.parts.length, PartKind[kind], value);
    // A copy: the buffer is used again.
    this.parts.push(new Uint8Array(own.bytes.subarray(0, own.at)));
    walker = own;
  }

  settle(): void {
    const { native } = loadNative();
    if (native === undefined || this.parts.length === 0) return;
    const { attributes } = native.derive(Buffer.concat(this.parts));
    const all = attributes.map(({ key, value }) => [key, value as AttributeValue] as const);
    screened(this.span).setAttributes(Object.fromEntries(all));
  }
}
