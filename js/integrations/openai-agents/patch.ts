/**
 * Puts a method in the place of one of the SDK's, once for all copies of this package.
 */
import { isFunction } from "../openai/fields.js";
import type { AnyMethod } from "./sdk.js";

/** On what has been put in a method's place. */
const PATCHED = Symbol.for("catalyst-tracing.openai-agents.patched");

/** Says whether it was patched now, and not before. Where it is inherited, the heir gets its own. */
export function patch(
  target: object,
  name: string,
  make: (original: AnyMethod) => AnyMethod,
): boolean {
  const original = (target as Record<string, unknown>)[name];
  if (!isFunction(original) || PATCHED in original) return false;
  const replacement = make(original);
  Object.defineProperty(replacement, PATCHED, { value: true });
  for (const property of ["name", "length"] as const) {
    Object.defineProperty(replacement, property, { value: original[property], configurable: true });
  }
  const isEnumerable = Object.prototype.propertyIsEnumerable.call(target, name);
  Object.defineProperty(target, name, {
    value: replacement,
    writable: true,
    configurable: true,
    enumerable: isEnumerable,
  });
  return true;
}
