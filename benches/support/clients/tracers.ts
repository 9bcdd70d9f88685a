/**
 * The tracers in the order of the tables. Each is loaded only in the process that measures it, so
 * that no other library shares its heap.
 */
import type { Tracer } from "./tracer.js";

export const NONE = "untraced";
export const CONTEXT = "AsyncLocalStorage alone";
export const OURS = "catalyst-tracing";
export const INFERENCE = "@inference/tracing";
export const OPENINFERENCE = "OpenInference";

export const TRACERS: ReadonlyMap<string, () => Promise<Tracer>> = new Map([
  [OURS, async () => (await import("./catalyst.js")).catalyst()],
  [INFERENCE, async () => (await import("./inference.js")).inference()],
  [OPENINFERENCE, async () => (await import("./openinference.js")).openInference()],
  [CONTEXT, async () => (await import("./context.js")).contextAlone()],
  [NONE, async () => (await import("./none.js")).none()],
]);

/** Whether spans are to be expected of it. */
export function traces(name: string): boolean {
  return name !== NONE && name !== CONTEXT;
}
