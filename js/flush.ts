/**
 * `flush()` without a handle, for code that did not call `setup()` itself.
 */
import { activeTracing } from "./runtime.js";
import { type FlushResult, flushResultOf } from "./stats.js";

/**
 * Resolves when every span that has ended is delivered or given up for now, at the latest after
 * `timeoutMs`. Never rejects; where nothing is traced there is nothing to wait for.
 */
export async function flush(timeoutMs?: number): Promise<FlushResult> {
  const tracing = activeTracing();
  if (tracing === undefined) return flushResultOf({ delivered: 0, lost: 0, pending: 0 });
  return await tracing.flush(timeoutMs);
}
