/**
 * Replaces a method of a prototype, once: however often an SDK is instrumented, and by whichever
 * copy of this package.
 */
import type { Tracer } from "@opentelemetry/api";

import { type Fields, fieldsOf, isFunction } from "./fields.js";

export type Method = (this: unknown, ...args: unknown[]) => unknown;

/** What is known of a method that was replaced. */
export interface Replacement {
  readonly original: Method;
  /** Whose spans its calls become; that of whatever tracing runs when there is none. */
  tracer: Tracer | undefined;
}

/** An agreement between copies of this package, which may be of other versions. */
const REPLACED = Symbol.for("catalyst-tracing.replaced");

type Replacements = Record<string, Replacement>;

/** What became of a method: replaced now, replaced before, or neither. */
export type Outcome = "replaced" | "known" | "left";

/** Leaves alone what is not there and what is frozen. */
export function replaceMethod(
  prototype: object,
  name: string,
  make: (original: Method, replacement: Replacement) => Method,
  tracer?: Tracer,
): Outcome {
  const known = replacementsOf(prototype)?.[name];
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  const original: unknown = descriptor?.value;
  if (known !== undefined && known.original !== original) {
    if (tracer !== undefined) known.tracer = tracer;
    return "known";
  }
  if (!isFunction(original) || descriptor?.configurable !== true) return "left";
  const replacement: Replacement = { original, tracer };
  const replaced = make(original, replacement);
  for (const key of ["name", "length"] as const) {
    Object.defineProperty(replaced, key, { value: original[key], configurable: true });
  }
  Object.defineProperty(prototype, name, { ...descriptor, value: replaced });
  remember(prototype, name, replacement);
  return "replaced";
}

function replacementsOf(prototype: object): Replacements | undefined {
  if (!Object.hasOwn(prototype, REPLACED)) return undefined;
  return (prototype as { [REPLACED]?: Replacements })[REPLACED];
}

function remember(prototype: object, name: string, replacement: Replacement): void {
  const value = { ...replacementsOf(prototype), [name]: replacement };
  try {
    Object.defineProperty(prototype, REPLACED, { value, configurable: true });
  } catch {
    // Not extensible: then it cannot be replaced twice either.
  }
}

/** Where a path of statics leads to, from a class; its prototype. */
export function prototypeAt(start: unknown, path: readonly string[]): object | undefined {
  try {
    let at = start;
    for (const name of path) at = fieldsOf(at)[name];
    const { prototype } = fieldsOf(at);
    return typeof prototype === "object" && prototype !== null ? prototype : undefined;
  } catch {
    return undefined; // A getter of somebody's mock.
  }
}

/** The prototype that has the method itself: clients inherit it. */
export function ownerOf(prototype: Fields, method: string): object | undefined {
  let owner: object | null = prototype;
  while (owner !== null && !Object.hasOwn(owner, method)) {
    owner = Object.getPrototypeOf(owner) as object | null;
  }
  return owner !== null && isFunction(fieldsOf(owner)[method]) ? owner : undefined;
}
