// Protobuf's wire format and nothing above it: tags, varints, fixed-width values and
// length-delimited bytes. Knows no message. Written apart from the exporter under test and from its
// libraries, so that a mistake there cannot hide behind the same mistake here.
//
// The reader is strict: whatever a conforming parser may refuse is a `WireError` that says where.

export class WireError extends Error {
  override readonly name = "WireError";
}

export const WireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A 64-bit value takes ten groups of seven bits at most. */
const MAX_VARINT_BYTES = 10;
/** Four groups of seven bits stay below 2^31, where number arithmetic on bits is exact. */
const FAST_VARINT_BYTES = 4;

// A byte order mark is part of the text here; TextDecoder would swallow it.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #where: string;
  #at = 0;

  constructor(bytes: Uint8Array, where = "message") {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#where = where;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  tag(): { field: number; wireType: number } {
    const tag = Number(this.varint());
    const field = Math.floor(tag / 8);
    if (field < 1 || field > 0x1fffffff) throw this.error(`has the impossible tag ${tag}`);
    return { field, wireType: tag % 8 };
  }

  /** The unsigned value; `int64` is `BigInt.asIntN(64, …)` of it. */
  varint(): bigint {
    const fast = this.#fastVarint();
    if (fast !== undefined) return BigInt(fast);
    let value = 0n;
    for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) {
        if (value > 0xffff_ffff_ffff_ffffn) throw this.error("has a varint above 64 bits");
        return value;
      }
    }
    throw this.error(`has a varint of more than ${MAX_VARINT_BYTES} bytes`);
  }

  fixed64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  fixed32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** A view into the message, not a copy. */
  bytes(): Uint8Array {
    const length = this.#fastVarint() ?? Number(this.varint());
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  string(): string {
    const text = decodeUtf8(this.bytes());
    if (text === undefined) throw this.error("has a string that is not valid UTF-8");
    return text;
  }

  skip(wireType: number): void {
    if (wireType === WireType.varint) this.varint();
    else if (wireType === WireType.fixed64) this.#take(8);
    else if (wireType === WireType.bytes) this.bytes();
    else if (wireType === WireType.fixed32) this.#take(4);
    else throw this.error(`has the unknown wire type ${wireType}`);
  }

  error(what: string): WireError {
    return new WireError(`${this.#where} ${what} (byte ${this.#at} of ${this.#bytes.length})`);
  }

  #byte(): number {
    return this.#view.getUint8(this.#take(1));
  }

  #take(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) {
      throw this.error(`is truncated: ${length} bytes announced`);
    }
    this.#at = start + length;
    return start;
  }

  #fastVarint(): number | undefined {
    let value = 0;
    for (let index = 0; index < FAST_VARINT_BYTES; index += 1) {
      const byte = this.#bytes[this.#at + index];
      if (byte === undefined) return undefined;
      value |= (byte & 0x7f) << (7 * index);
      if (byte < 0x80) {
        this.#at += index + 1;
        return value;
      }
    }
    return undefined;
  }
}

export class WireWriter {
  readonly #chunks: Uint8Array[] = [];

  varint(field: number, value: bigint): this {
    return this.#tag(field, WireType.varint).#varint(BigInt.asUintN(64, value));
  }

  fixed64(field: number, value: bigint): this {
    const chunk = Buffer.alloc(8);
    chunk.writeBigUInt64LE(value);
    return this.#tag(field, WireType.fixed64).#push(chunk);
  }

  double(field: number, value: number): this {
    const chunk = Buffer.alloc(8);
    chunk.writeDoubleLE(value);
    return this.#tag(field, WireType.fixed64).#push(chunk);
  }

  fixed32(field: number, value: number): this {
    const chunk = Buffer.alloc(4);
    chunk.writeUInt32LE(value);
    return this.#tag(field, WireType.fixed32).#push(chunk);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#tag(field, WireType.bytes).#varint(BigInt(value.length)).#push(value);
  }

  string(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, "utf8"));
  }

  finish(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  #tag(field: number, wireType: number): this {
    return this.#varint(BigInt(field * 8 + wireType));
  }

  #varint(value: bigint): this {
    const groups: number[] = [];
    let rest = value;
    while (rest > 0x7fn) {
      groups.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    groups.push(Number(rest));
    return this.#push(Uint8Array.from(groups));
  }

  #push(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    return this;
  }
}
