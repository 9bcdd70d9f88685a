/**
 * Whether two sets of resolved options would build the same pipeline.
 *
 * `modules` does not count: it holds live classes, and instrumenting one twice has no effect.
 */
import type { ResolvedOptions } from "./types.js";

export function sameOptions(a: ResolvedOptions, b: ResolvedOptions): boolean {
  return isSameValue({ ...a, modules: null }, { ...b, modules: null });
}

export function isSameValue(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = new Map<string, unknown>(Object.entries(a));
  const right = new Map<string, unknown>(Object.entries(b));
  if (left.size !== right.size) return false;
  return [...left].every(([key, value]) => right.has(key) && isSameValue(value, right.get(key)));
}
