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
import { TooLargeError, type Writer } from "./writer.js";

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

/** Writes values into one writer. Kept between values: its arrays are reused. */
export class Walker {
  /** The containers around what is being written, outermost first. */
  private readonly ancestors: object[] = [];

  constructor(private readonly writer: Writer) {}

  /** Writes a value; one that has no JSON is written as `null`. */
  write(value: unknown): void {
    try {
      this.value(prepare(value, ""));
    } finally {
      this.ancestors.length = 0;
    }
  }

  /** Names a part of the span whose JSON the attribute is to have. */
  writePart(index: number): void {
    this.writer.u8(PART);
    this.writer.varint(index);
  }

  /** Writes what `prepare` has seen. */
  private value(value: unknown): void {
    switch (typeof value) {
      case "string":
        return this.text(value);
      case "number":
        return this.number(value);
      case "boolean":
        return this.writer.u8(value ? TRUE : FALSE);
      case "bigint":
        return this.text(String(value));
      case "object":
        return value === null ? this.writer.u8(NULL) : this.object(value);
      default:
        return this.writer.u8(NULL);
    }
  }

  private text(text: string): void {
    this.writer.u8(TEXT);
    this.writer.text(text);
  }

  private number(value: number): void {
    const { writer } = this;
    const int = value | 0;
    if (int === value) {
      writer.u8(INT);
      writer.varint(((int << 1) ^ (int >> 31)) >>> 0);
    } else {
      writer.u8(NUMBER);
      writer.f64(value);
    }
  }

  private object(object: object): void {
    const { ancestors } = this;
    const depth = ancestors.length;
    if (ancestors.includes(object)) return this.text("[Circular]");
    if (depth >= MAX_RECURSION) return this.deep(object);
    const start = this.writer.at;
    ancestors.push(object);
    try {
      this.container(object);
    } catch (error) {
      if (error instanceof TooLargeError) throw error;
      // A trap of a proxy threw, or the host's stack is nearly used up.
      this.writer.rewind(start);
      this.text(threw(error));
    }
    ancestors.length = depth;
  }

  private container(object: object): void {
    if (Array.isArray(object)) return this.array(object);
    const prototype: unknown = Object.getPrototypeOf(object);
    if (prototype === objectPrototype || prototype === null) return this.fields(object as Fields);
    if (ArrayBuffer.isView(object) && this.view(object, prototype)) return;
    const inside = content(object);
    if (typeof inside !== "object" || inside === null) this.value(inside);
    else if (Array.isArray(inside)) this.array(inside);
    else this.fields(inside as Fields);
  }

  private array(array: readonly unknown[]): void {
    const { writer } = this;
    writer.u8(ARRAY);
    const body = writer.beginLength();
    const { length } = array;
    for (let index = 0; index < length; index++) this.value(read(array, index));
    writer.endLength(body);
  }

  private fields(object: Fields): void {
    const { writer } = this;
    writer.u8(OBJECT);
    const body = writer.beginLength();
    for (const key of Object.keys(object)) {
      const value = read(object, key);
      if (isLeftOut(value)) continue;
      writer.key(key);
      this.value(value);
    }
    writer.endLength(body);
  }

  /** Copies the bytes of a view that Rust can expand; says whether it is one. */
  private view(view: ArrayBufferView, prototype: unknown): boolean {
    const { writer } = this;
    const element = ELEMENTS.get(prototype);
    if (Buffer.isBuffer(view)) {
      writer.u8(BUFFER);
    } else if (element !== undefined) {
      writer.u8(TYPED_ARRAY);
      writer.u8(element);
    } else {
      return false;
    }
    writer.raw(view);
    return true;
  }

  /** As `object`, with a stack of its own. */
  private deep(root: object): void {
    const around = new Set(this.ancestors);
    const stack: Open[] = [];
    this.open(root, stack, around);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (top.next >= top.length) {
        this.writer.endLength(top.body);
        around.delete(top.object);
        stack.pop();
        continue;
      }
      const key = top.keys?.[top.next] ?? top.next;
      const value = read(top.inside, key);
      top.next += 1;
      if (top.keys !== undefined) {
        if (isLeftOut(value)) continue;
        this.writer.key(String(key));
      }
      if (typeof value === "object" && value !== null) this.open(value, stack, around);
      else this.value(value);
    }
  }

  /** Writes the beginning of a container and pushes it, or all of what is none after all. */
  private open(object: object, stack: Open[], around: Set<object>): void {
    if (around.has(object)) return this.text("[Circular]");
    let inside: unknown;
    let keys: readonly string[] | undefined;
    let length = 0;
    try {
      if (ArrayBuffer.isView(object) && this.view(object, Object.getPrototypeOf(object))) return;
      inside = content(object);
      if (typeof inside !== "object" || inside === null) return this.value(inside);
      if (!Array.isArray(inside)) keys = Object.keys(inside);
      length = keys === undefined ? (inside as unknown[]).length : keys.length;
    } catch (error) {
      if (error instanceof TooLargeError) throw error;
      return this.text(threw(error));
    }
    this.writer.u8(keys === undefined ? ARRAY : OBJECT);
    const body = this.writer.beginLength();
    around.add(object);
    stack.push({ object, inside: inside as Fields, keys, length, body, next: 0 });
  }
}
