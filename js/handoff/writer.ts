/**
 * Writes the binary format that `src/handoff/mod.rs` documents and decodes: numbers, strings, keys
 * and records into one buffer that is reused and grows when it has to.
 *
 * Everything here runs inside the host's calls, so speed decides: strings are copied as V8 holds
 * them (one or two bytes a character) and left for Rust to transcode; a key is written once per
 * chunk and then named by its number.
 */
import { Buffer } from "node:buffer";

/** Below this a loop over `charCodeAt` beats the call into `latin1Write`. */
const SHORT_STRING_CHARS = 24;
/** A longer string could not be sent anyway: a whole OTLP request has to stay under 64 MiB. */
const MAX_STRING_CHARS = 32 * 1024 * 1024;
/** No chunk may get larger; what does is given up before it takes the process down. */
const MAX_BUFFER_BYTES = 72 * 1024 * 1024;
/** Keys come from code, so they are few. Past this many, or this long, they are data: not kept. */
const MAX_INTERNED_KEYS = 4096;
const MAX_INTERNED_KEY_CHARS = 128;

const NOT_LATIN1 = /[^\u0000-\u00ff]/;

/** Methods of Buffer that type declarations leave out; Node, Bun and Deno all have them. */
type Bytes = Uint8Array<ArrayBuffer> & {
  latin1Write(text: string, offset: number, length: number): number;
  ucs2Write(text: string, offset: number, length: number): number;
};

const allocate = (size: number): Bytes => Buffer.allocUnsafeSlow(size) as unknown as Bytes;

/** The value being written would not fit any request. */
export class TooLargeError extends Error {}

/** Whether that is what was thrown; asking a proxy may throw. */
export function isTooLarge(error: unknown): boolean {
  try {
    return error instanceof TooLargeError;
  } catch {
    return false;
  }
}

export class Writer {
  bytes: Bytes;
  view: DataView;
  /** Where the next byte goes. */
  at: number;
  /** Told when `bytes` and `view` have been replaced. */
  onResize: (() => void) | undefined;
  private readonly start: number;
  private readonly keyIds = new Map<string, number>();
  /** By key id: the key, the chunk in which it was last defined, and the keys that came after it. */
  private readonly keys: string[] = [""];
  private readonly definedIn: Uint32Array;
  private readonly successor: Uint16Array;
  private readonly earlierSuccessor: Uint16Array;
  private lastKey = 0;
  /** The number of the chunk. Any other number makes the keys that are defined unknown. */
  chunk = 1;

  /**
   * @param start bytes at the front that are not the writer's
   * @param maxKeys how many keys get a number; what is written without any may stand in any chunk
   */
  constructor(
    size: number,
    start = 0,
    private readonly maxKeys = MAX_INTERNED_KEYS,
  ) {
    this.definedIn = new Uint32Array(maxKeys + 1);
    this.successor = new Uint16Array(maxKeys + 1);
    this.earlierSuccessor = new Uint16Array(maxKeys + 1);
    this.start = start;
    this.at = start;
    this.bytes = allocate(size);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
  }

  /** Empties the buffer: what follows is a new chunk and defines its keys anew. */
  beginChunk(): void {
    this.at = this.start;
    this.chunk += 1;
    if (this.keyIds.size >= this.maxKeys) {
      this.keyIds.clear();
      this.keys.length = 1;
      this.definedIn.fill(0);
      this.successor.fill(0);
      this.earlierSuccessor.fill(0);
      this.lastKey = 0;
    }
  }

  /** Takes other memory, with the content so far. */
  resize(size: number): void {
    const other = allocate(size);
    other.set(this.bytes.subarray(0, Math.min(this.at, size)));
    this.bytes = other;
    this.view = new DataView(other.buffer, other.byteOffset, other.byteLength);
    this.onResize?.();
  }

  reserve(bytes: number): void {
    if (this.at + bytes > this.bytes.length) this.grow(bytes);
  }

  private grow(bytes: number): void {
    const needed = this.at + bytes;
    if (needed > MAX_BUFFER_BYTES) throw new TooLargeError(`${needed} bytes`);
    this.resize(Math.min(Math.max(this.bytes.length * 2, needed), MAX_BUFFER_BYTES));
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  f64(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  u32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.at, value, true);
    this.at += 4;
  }

  /** Identifiers are kept as words and travel in the order in which they are printed. */
  idWord(value: number): void {
    this.view.setUint32(this.at, value, false);
    this.at += 4;
  }

  varint(value: number): void {
    this.reserve(5);
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.at++] = rest;
  }

  text(text: string): void {
    const length = text.length;
    if (length >= SHORT_STRING_CHARS) this.longText(text, length);
    else this.shortText(text, length);
  }

  /** A text behind the tag that says that it is one. */
  taggedText(tag: number, text: string): void {
    const length = text.length;
    this.reserve(1);
    this.bytes[this.at++] = tag;
    if (length >= SHORT_STRING_CHARS) this.longText(text, length);
    else this.shortText(text, length);
  }

  private shortText(text: string, length: number): void {
    this.reserve(length + 1);
    const { bytes } = this;
    let { at } = this;
    bytes[at++] = length * 2;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0xff) return this.wideText(text, length);
      bytes[at++] = code;
    }
    this.at = at;
  }

  private longText(text: string, length: number): void {
    if (length > MAX_STRING_CHARS) {
      this.text(`[string of ${length} characters, too long to send]`);
    } else if (NOT_LATIN1.test(text)) {
      this.wideText(text, length);
    } else {
      this.reserve(length + 5);
      this.varint(length * 2);
      this.bytes.latin1Write(text, this.at, length);
      this.at += length;
    }
  }

  private wideText(text: string, length: number): void {
    this.reserve(length * 2 + 5);
    this.varint(length * 2 + 1);
    this.bytes.ucs2Write(text, this.at, length * 2);
    this.at += length * 2;
  }

  /** Whole records. */
  append(records: Uint8Array): void {
    this.reserve(records.length);
    this.bytes.set(records, this.at);
    this.at += records.length;
  }

  /** The bytes of a view, behind their number. */
  raw(view: ArrayBufferView): void {
    const length = view.byteLength;
    if (length > MAX_BUFFER_BYTES) throw new TooLargeError(`${length} bytes`);
    this.reserve(length + 5);
    this.varint(length);
    this.bytes.set(new Uint8Array(view.buffer, view.byteOffset, length), this.at);
    this.at += length;
  }

  /**
   * Keys come in the same order again and again, so the two that followed the last key before are
   * tried before the map is asked, which would be most of the work.
   */
  key(name: string): void {
    let id = this.successor[this.lastKey]!;
    if (this.keys[id] !== name) {
      id = this.earlierSuccessor[this.lastKey]!;
      if (this.keys[id] !== name) id = this.lookUp(name);
    }
    this.lastKey = id;
    if (this.definedIn[id] === this.chunk && id !== 0) {
      this.reserve(2);
      const header = id * 2;
      if (header < 0x80) this.bytes[this.at++] = header;
      else this.varint(header);
    } else {
      this.defineKey(name, id);
    }
  }

  private lookUp(name: string): number {
    const id = this.keyIds.get(name) ?? this.intern(name);
    this.earlierSuccessor[this.lastKey] = this.successor[this.lastKey]!;
    this.successor[this.lastKey] = id;
    return id;
  }

  private defineKey(name: string, id: number): void {
    if (id === 0) {
      this.u8(0);
    } else {
      this.definedIn[id] = this.chunk;
      this.varint(id * 2 + 1);
    }
    this.text(name);
  }

  private intern(name: string): number {
    if (name.length > MAX_INTERNED_KEY_CHARS || this.keyIds.size >= this.maxKeys) return 0;
    const id = this.keyIds.size + 1;
    this.keyIds.set(name, id);
    this.keys[id] = name;
    return id;
  }

  /** Leaves room for a length; `endLength` fills it in. */
  beginLength(): number {
    this.reserve(4);
    const at = this.at;
    this.at += 4;
    return at;
  }

  endLength(at: number): void {
    this.view.setUint32(at, this.at - at - 4, true);
  }

  /** Gives up what was written since `at`; keys defined there have to be defined again. */
  rewind(at: number): void {
    this.at = at;
    this.chunk += 1;
  }
}
