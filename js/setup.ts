/**
 * `setup()`: from options to a running pipeline, at most one per environment.
 */
import type { CatalystTracing } from "./handle.js";
import { warnOnce } from "./log.js";
import { loadNative } from "./native.js";
import { NoopTracing } from "./noop-tracing.js";
import { type ResolvedOptions, resolveOptions, sameOptions, type SetupOptions } from "./options.js";
import { announce, withdraw } from "./runtime.js";
import { Tracing } from "./tracing.js";

let current: { readonly tracing: Tracing; options: ResolvedOptions } | undefined;

/**
 * Configures tracing and starts it. Calling it again returns the same handle; with other options
 * it sends what comes from then on where they say.
 *
 * Rejects with a `CatalystTracingError` for an option that does not exist or is not what it should
 * be, and for nothing else: where tracing cannot run, the app does.
 */
export async function setup(given: SetupOptions = {}): Promise<CatalystTracing> {
  const { options, warnings } = resolveOptions(given, process.env);
  for (const warning of warnings) warnOnce(warning);
  // A handle that is being shut down is of no use any more.
  if (current?.tracing.ending !== undefined) await current.tracing.ending;
  if (current !== undefined) return again(current, options);
  if (options.disabled) return new NoopTracing(options);
  const { native, problem } = loadNative();
  if (native === undefined) {
    warnOnce(problem);
    return new NoopTracing(options);
  }
  const tracing = new Tracing(native, options, () => {
    current = undefined;
    withdraw(tracing);
  });
  current = { tracing, options };
  announce(tracing);
  return tracing;
}

function again(running: NonNullable<typeof current>, options: ResolvedOptions): Tracing {
  if (!sameOptions(running.options, options)) {
    running.tracing.reconfigure(options);
    running.options = options;
    warnOnce("setup() was called again with other options; they hold from now on.");
  }
  return running.tracing;
}
