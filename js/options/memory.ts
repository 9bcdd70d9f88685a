/**
 * Options of a test: the same, but nothing leaves the process, nothing is switched off, and nothing
 * is turned away for want of room.
 */
import type { ResolvedDestination } from "./destination-types.js";
import type { ResolvedOptions } from "./types.js";

/** What the handle says in place of an endpoint. */
const MEMORY = "memory:";

const KEPT = {
  name: "memory",
  endpoint: MEMORY,
  filter: null,
  otlp: null,
  console: null,
  file: null,
} as const satisfies Partial<ResolvedDestination>;

export function keptInMemory(options: ResolvedOptions): ResolvedOptions {
  const { hide, redact, limits } = options;
  return Object.freeze({
    ...options,
    inMemory: true,
    destinations: Object.freeze([{ ...KEPT, policy: { hide, redact, limits } }]),
    endpoint: MEMORY,
    tracesUrl: MEMORY,
    spool: null,
    disabled: false,
    maxQueueBytes: Number.MAX_SAFE_INTEGER,
  });
}
