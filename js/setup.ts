/**
 * `setup()`: from options to a running pipeline, at most one per environment.
 */
import { warnOnce } from "./log.js";
import { loadNative } from "./native.js";
import { type ResolvedOptions, resolveOptions, sameOptions, type SetupOptions } from "./options.js";
import { Tracing } from "./tracing.js";

let current: { readonly tracing: Tracing; options: ResolvedOptions } | undefined;

/**
 * Configures tracing and starts it. Calling it again returns the same handle; with other options
 * it sends what comes from then on where they say.
 *
 * @throws CatalystTracingError for an option that does not exist or is not what it should be
 */
export async function setup(given: SetupOptions = {}): Promise<Tracing> {
  const { options, warnings } = resolveOptions(given, process.env);
  for (const warning of warnings) warnOnce(warning);
  if (current !== undefined) return again(current, options);
  const { native, problem } = loadNative();
  if (native === undefined) throw new Error(problem);
  const tracing = new Tracing(native, options, () => {
    current = undefined;
  });
  current = { tracing, options };
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
