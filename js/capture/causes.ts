/**
 * The stack of an error with what caused it, laid out as Node prints it: `[cause]: …` and, of an
 * `AggregateError`, `[errors]: […]`. Other properties of errors are left out: they may be whole
 * requests. Never throws, and ends whatever the causes are: a circle, a thousand, a new one each time.
 */
import { inspect, types } from "node:util";

import { type Fields, isLeftOut, threw } from "../handoff/stand-ins.js";

/** Of a chain; what is below has been wrapped by nobody's hand. */
const MAX_DEPTH = 8;
/** Of one `AggregateError`. */
const MAX_ERRORS = 10;
/** In all, where errors of many errors have many errors. */
const MAX_CAUSES = 32;

/** Of causes that are no errors. Getters are not called. */
const INSPECT = {
  depth: 2,
  maxArrayLength: 10,
  maxStringLength: 1000,
  showProxy: true,
  customInspect: false,
  getters: false,
} as const;

const MAX_VALUE_CHARS = 4000;

/** `undefined` where there is neither a stack nor a cause. */
export function withCauses(exception: object, stack: string | undefined): string | undefined {
  const causes = new Causes().below(exception);
  if (causes.length === 0) return stack;
  return joined(stack ?? nameless(exception), causes);
}

class Causes {
  private left = MAX_CAUSES;
  private readonly around: object[] = [];

  /** Each with its heading. */
  below(error: object): string[] {
    if (this.around.length >= MAX_DEPTH) return [];
    const found: string[] = [];
    this.around.push(error);
    const cause = get(error, "cause");
    if (!isLeftOut(cause) && cause !== null) found.push(`[cause]: ${this.text(cause)}`);
    const { items, length } = ownErrors(error);
    if (length > 0) found.push(`[errors]: ${this.list(items, length)}`);
    this.around.pop();
    return found;
  }

  private list(items: readonly unknown[], length: number): string {
    const shown: string[] = [];
    for (const item of items) {
      if (this.left === 0) break;
      shown.push(this.text(item));
    }
    const rest = length - shown.length;
    if (rest > 0) shown.push(`... ${rest} more ${rest === 1 ? "item" : "items"}`);
    return `[\n${shown.map(indented).join(",\n")}\n]`;
  }

  private text(value: unknown): string {
    if (typeof value !== "object" || value === null) return inspected(value);
    if (this.around.includes(value)) return "[Circular]";
    if (this.left === 0) return "...";
    this.left -= 1;
    const stack = textIn(value, "stack");
    if (stack === undefined && !isError(value)) return inspected(value);
    const causes = this.below(value);
    const head = stack ?? nameless(value);
    return causes.length === 0 ? head : joined(head, causes);
  }
}

function joined(head: string, causes: readonly string[]): string {
  return `${head} {\n${causes.map(indented).join(",\n")}\n}`;
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}

/** As Node prints an error without a stack. */
function nameless(error: object): string {
  const name = textIn(error, "name") ?? "Error";
  const message = textIn(error, "message");
  return `[${message === undefined ? name : `${name}: ${message}`}]`;
}

function inspected(value: unknown): string {
  try {
    return inspect(value, INSPECT).slice(0, MAX_VALUE_CHARS);
  } catch (error) {
    return threw(error);
  }
}

/**
 * The first of its own `errors`, and how many there are. What is inherited may be anything: findings,
 * or a function that looks for some.
 */
function ownErrors(error: object): { items: readonly unknown[]; length: number } {
  const items: unknown[] = [];
  try {
    const errors = Object.hasOwn(error, "errors") ? (error as Fields)["errors"] : undefined;
    if (!Array.isArray(errors)) return { items, length: 0 };
    const { length } = errors;
    while (items.length < Math.min(length, MAX_ERRORS)) items.push(errors[items.length]);
    return { items, length };
  } catch {
    return { items, length: items.length };
  }
}

function isError(value: object): boolean {
  try {
    return types.isNativeError(value) || value instanceof Error;
  } catch {
    return false;
  }
}

function textIn(error: object, name: string): string | undefined {
  const value = get(error, name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function get(error: object, name: string): unknown {
  try {
    return (error as Fields)[name];
  } catch {
    return undefined;
  }
}
