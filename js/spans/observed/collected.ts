/**
 * What a generator or a stream gave, as the output of one span. Each item is taken as it is when it
 * comes, because consumers and producers go on changing what they hold, and nothing of theirs is
 * kept alive. What an endless stream gives is cut at the limits below.
 */
import { stringifyValue } from "../values.js";

const MAX_ITEMS = 10_000;
/** Some hundred times a long answer of a model; as many bytes where they are bytes. */
const MAX_CHARS = 1024 * 1024;

type Item = string | Uint8Array | { readonly json: string };

export interface Content {
  readonly text: string;
  readonly isJson: boolean;
}

export class Collected {
  /** Whether something that came is not in it. */
  isCut = false;
  private readonly items: Item[] = [];
  private room = MAX_CHARS;

  add(value: unknown): void {
    if (this.isCut) return;
    if (this.items.length === MAX_ITEMS) {
      this.isCut = true;
      return;
    }
    const item = this.fitting(value);
    if (item !== undefined) this.items.push(item);
  }

  /** As much of the item as there is room for. Half a JSON is none. */
  private fitting(value: unknown): Item | undefined {
    const { room } = this;
    if (typeof value === "string" || value instanceof Uint8Array) {
      this.take(value.length);
      // A copy: buffers are used again.
      return typeof value === "string"
        ? value.slice(0, room)
        : new Uint8Array(value.subarray(0, room));
    }
    const json = stringifyValue([value]).slice(1, -1);
    this.take(json.length);
    return this.isCut ? undefined : { json };
  }

  private take(length: number): void {
    this.isCut = length > this.room;
    this.room -= length;
  }

  /** Text where all was text, else a JSON array; `undefined` where nothing came. */
  content(): Content | undefined {
    const { items } = this;
    if (items.length === 0) return undefined;
    if (items.every((item) => typeof item === "string")) {
      return { text: items.join(""), isJson: false };
    }
    if (items.every((item) => item instanceof Uint8Array)) {
      return { text: textOf(items), isJson: false };
    }
    return { text: `[${items.map(jsonOf).join(",")}]`, isJson: true };
  }
}

function jsonOf(item: Item): string {
  if (typeof item === "string") return JSON.stringify(item);
  return item instanceof Uint8Array ? JSON.stringify(textOf([item])) : item.json;
}

/** Most bytes that are streamed are text. A character that was cut in half at the end is left out. */
function textOf(chunks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("");
  } catch {
    return `[${chunks.reduce((sum, chunk) => sum + chunk.length, 0)} bytes]`;
  }
}
