/**
 * Writes any JS value as a snapshot that Rust can turn into the text that `JSON.stringify` would
 * have given, without making that text on the event loop.
 *
 * It never throws for what a value is or does. Where `JSON.stringify` throws, or loses everything,
 * a readable stand-in is written:
 *
 * - a cycle is `"[Circular]"`, a BigInt its digits, a getter or `toJSON` that throws `"[Throws: ...]"`;
 * - a Map is an object (an array of pairs unless all its keys are strings), a Set an array;
 * - an Error is its name, message, stack, cause and own properties.
 *
 * Recursion ends at `MAX_RECURSION`; below that an explicit stack takes over, so that a value of
 * any depth costs heap and not the host's stack.
 */
import { Buffer } from "node:buffer";

import { content, type Fields, isLeftOut, prepare, read, threw } from "./stand-ins.js";
import { isTooLarge, TooLargeError, Writer } from "./writer.js";

const NULL = 0;
const FALSE = 1;
const TRUE = 2;
const INT = 3;
const NUMBER = 4;
const TEXT = 5;
const ARRAY = 6;
const OBJECT = 7;
const BUFFER = 8;
const TYPED_ARRAY = 9;
const PART = 10;

/** Deeper than what people send; shallow enough for a host that is deep in its own stack. */
const MAX_RECURSION = 64;
/** What is deeper has no end: a `toJSON` or getter that makes more of its kind at every look. */
const MAX_DEPTH = 100_000;

/**
 * What is larger cannot be sent: an item takes two bytes of JSON at the least, one of a typed array
 * six to nine, and a request has to stay under 64 MiB.
 */
const MAX_ITEMS = 32 * 1024 * 1024;
const MAX_VIEW_BYTES = 8 * 1024 * 1024;

/** The numbers are those of `Element` in `src/handoff/value.rs`. */
const ELEMENTS = new Map<unknown, number>([
  [Uint8Array.prototype, 0],
  [Uint8ClampedArray.prototype, 0],
  [Int8Array.prototype, 1],
  [Uint16Array.prototype, 2],
  [Int16Array.prototype, 3],
  [Uint32Array.prototype, 4],
  [Int32Array.prototype, 5],
  [Float32Array.prototype, 6],
  [Float64Array.prototype, 7],
]);

const objectPrototype: unknown = Object.prototype;

/** A container whose end has not been written. `keys` is undefined for an array. */
interface Open {
  readonly object: object;
  readonly inside: Fields | readonly unknown[];
  readonly keys: readonly string[] | undefined;
  readonly length: number;
  readonly body: number;
  next: number;
}

/** A writer of values. The hot paths write bytes themselves: at this rate every call counts. */
export class Walker extends Writer {
  /** The containers around what is being written, outermost first, up to `depth`. */
  private readonly ancestors: (object | undefined)[] = [];
  private depth = 0;

  /** Writes a value; one that has no JSON is written as `null`. */
  value(value: unknown): void {
    if (typeof value === "string") return this.string(value);
    if (typeof value === "number") return this.number(value);
    const { depth } = this;
    try {
      this.prepared(prepare(value, ""));
    } finally {
      if (this.depth > depth) this.leave(depth);
    }
  }

  /** Names a part of the span whose JSON the attribute is to have. */
  partReference(index: number): void {
    this.u8(PART);
    this.varint(index);
  }

  private string(value: string): void {
    this.taggedText(TEXT, value);
  }

  private number(value: number): void {
    this.reserve(10);
    const int = value | 0;
    if (int === value) {
      this.bytes[this.at++] = INT;
      this.varint(((int << 1) ^ (int >> 31)) >>> 0);
    } else {
      this.bytes[this.at++] = NUMBER;
      this.view.setFloat64(this.at, value, true);
      this.at += 8;
    }
  }

  /** Writes what `prepare` has seen. */
  private prepared(value: unknown): void {
    switch (typeof value) {
      case "string":
        return this.string(value);
      case "number":
        return this.number(value);
      case "boolean":
        return this.u8(value ? TRUE : FALSE);
      case "bigint":
        return this.string(String(value));
      case "object":
        return value === null ? this.u8(NULL) : this.object(value);
      default:
        return this.u8(NULL);
    }
  }

  private object(object: object): void {
    const { ancestors, depth, at } = this;
    for (let index = 0; index < depth; index++) {
      if (ancestors[index] === object) return this.string("[Circular]");
    }
    if (depth >= MAX_RECURSION) return this.deep(object);
    ancestors[depth] = object;
    this.depth = depth + 1;
    try {
      this.container(object);
    } catch (error) {
      if (isTooLarge(error)) throw error;
      // A getter or a trap of a proxy threw, or the host's stack is nearly used up.
      this.rewind(at);
      this.leave(depth);
      this.deep(object);
    }
    ancestors[depth] = undefined;
    this.depth = depth;
  }

  /** Forgets the containers below `depth`, which must not be kept alive. */
  private leave(depth: number): void {
    this.ancestors.fill(undefined, depth);
    this.depth = depth;
  }

  private container(object: object): void {
    if (Array.isArray(object)) return this.array(object);
    const prototype: unknown = Object.getPrototypeOf(object);
    if (prototype === objectPrototype || prototype === null) return this.fields(object as Fields);
    if (ArrayBuffer.isView(object) && this.typedArray(object, prototype)) return;
    const inside = content(object);
    if (typeof inside !== "object" || inside === null) this.prepared(inside);
    else if (Array.isArray(inside)) this.array(inside);
    else this.fields(inside as Fields);
  }

  private array(array: readonly unknown[]): void {
    const { length } = array;
    if (length > MAX_ITEMS) throw new TooLargeError(`${length} items`);
    const body = this.begin(ARRAY);
    for (let index = 0; index < length; index++) {
      const item = array[index];
      if (typeof item === "string") this.string(item);
      else if (typeof item === "number") this.number(item);
      else this.prepared(prepare(item, index));
    }
    this.endLength(body);
  }

  private fields(object: Fields): void {
    const body = this.begin(OBJECT);
    for (const key in object) {
      // Objects with a prototype of their own inherit enumerable keys.
      if (!Object.prototype.hasOwnProperty.call(object, key)) continue;
      const value = object[key];
      if (typeof value === "string") {
        this.key(key);
        this.string(value);
      } else if (typeof value === "number") {
        this.key(key);
        this.number(value);
      } else {
        this.field(key, prepare(value, key));
      }
    }
    this.endLength(body);
  }

  private field(key: string, value: unknown): void {
    if (isLeftOut(value)) return;
    this.key(key);
    this.prepared(value);
  }

  private begin(tag: number): number {
    this.reserve(5);
    this.bytes[this.at] = tag;
    this.at += 5;
    return this.at - 4;
  }

  /** Copies the bytes of a view that Rust can expand; says whether it is one. */
  private typedArray(view: ArrayBufferView, prototype: unknown): boolean {
    const element = ELEMENTS.get(prototype);
    if (view.byteLength > MAX_VIEW_BYTES) {
      this.string(`[${view.byteLength} bytes, too long to send]`);
      return true;
    }
    if (Buffer.isBuffer(view)) {
      this.u8(BUFFER);
    } else if (element !== undefined) {
      this.u8(TYPED_ARRAY);
      this.u8(element);
    } else {
      return false;
    }
    this.raw(view);
    return true;
  }

  /** As `object`, with a stack of its own and every read guarded: for what is deep, or throws. */
  private deep(root: object): void {
    const around = new Set<object>(this.ancestors.slice(0, this.depth) as object[]);
    const stack: Open[] = [];
    this.open(root, stack, around);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (top.next >= top.length) {
        this.endLength(top.body);
        around.delete(top.object);
        stack.pop();
        continue;
      }
      const key = top.keys?.[top.next] ?? top.next;
      const value = read(top.inside, key);
      top.next += 1;
      if (top.keys !== undefined) {
        if (isLeftOut(value)) continue;
        this.key(String(key));
      }
      if (typeof value === "object" && value !== null) this.open(value, stack, around);
      else this.prepared(value);
    }
  }

  /** Writes the beginning of a container and pushes it, or all of what is none after all. */
  private open(object: object, stack: Open[], around: Set<object>): void {
    if (around.has(object)) return this.string("[Circular]");
    if (stack.length >= MAX_DEPTH) return this.string("[Too deep]");
    let inside: unknown;
    let keys: readonly string[] | undefined;
    let length = 0;
    try {
      if (ArrayBuffer.isView(object) && this.typedArray(object, Object.getPrototypeOf(object)))
        return;
      inside = content(object);
      if (typeof inside !== "object" || inside === null) return this.prepared(inside);
      if (!Array.isArray(inside)) keys = Object.keys(inside);
      length = keys === undefined ? (inside as unknown[]).length : keys.length;
    } catch (error) {
      if (isTooLarge(error)) throw error;
      return this.string(threw(error));
    }
    this.u8(keys === undefined ? ARRAY : OBJECT);
    const body = this.beginLength();
    around.add(object);
    stack.push({ object, inside: inside as Fields, keys, length, body, next: 0 });
  }
}
