/**
 * Options of a test: the same, but nothing leaves the process, nothing is switched off, and nothing
 * is turned away for want of room.
 */
import type { ResolvedOptions } from "./types.js";

/** What the handle says in place of an endpoint. */
const MEMORY = "memory:";

export function keptInMemory(options: ResolvedOptions): ResolvedOptions {
  return Object.freeze({
    ...options,
    sink: "memory",
    endpoint: MEMORY,
    tracesUrl: MEMORY,
    disabled: false,
    maxQueueBytes: Number.MAX_SAFE_INTEGER,
  });
}
