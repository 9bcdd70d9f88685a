/**
 * `setup()`: from options to a running pipeline, at most one per environment.
 */
import type { CatalystTracing } from "./handle.js";
import { warnOnce } from "./log.js";
import { loadNative } from "./native.js";
import { NoopTracing } from "./noop-tracing.js";
import {
  PACKAGE_VERSION,
  type ResolvedOptions,
  resolveOptions,
  sameOptions,
  type SetupOptions,
} from "./options.js";
import { installModules } from "./integrations/install.js";
import { claim, type Copy } from "./runtime.js";
import { Tracing } from "./tracing.js";

/** What other copies of this package see of this one. */
const thisCopy: Copy = { version: PACKAGE_VERSION, setup: (options = {}) => start(options) };

let current: { readonly tracing: Tracing; options: ResolvedOptions } | undefined;

/**
 * Configures tracing and starts it. Calling it again returns the same handle; with other options
 * it sends what comes from then on where they say.
 *
 * Rejects with a `CatalystTracingError` for an option that does not exist or is not what it should
 * be, and for nothing else: where tracing cannot run, the app does.
 */
export async function setup(given: SetupOptions = {}): Promise<CatalystTracing> {
  const owner = claim(thisCopy);
  if (owner === thisCopy) return await start(given);
  warnOnce(
    `this process has two copies of catalyst-tracing (${owner.version} and ${PACKAGE_VERSION}); ` +
      "they share the pipeline of the first one, so that nothing is sent twice.",
  );
  return await owner.setup(given);
}

async function start(given: SetupOptions): Promise<CatalystTracing> {
  const { options, warnings } = resolveOptions(given, process.env);
  for (const warning of warnings) warnOnce(warning);
  // A handle that is being shut down is of no use any more.
  if (current?.tracing.ending !== undefined) await current.tracing.ending;
  if (options.disabled) {
    await current?.tracing.shutdown();
    return new NoopTracing(options);
  }
  if (current !== undefined) return again(current, options);
  const { native, problem } = loadNative();
  if (native === undefined) {
    warnOnce(problem);
    return new NoopTracing(options);
  }
  const tracing = new Tracing(native, options, () => {
    current = undefined;
  });
  current = { tracing, options };
  tracing.installResults = await installModules(options);
  return tracing;
}

async function again(
  running: NonNullable<typeof current>,
  options: ResolvedOptions,
): Promise<Tracing> {
  if (!sameOptions(running.options, options)) {
    running.tracing.reconfigure(options);
    running.options = options;
    warnOnce("setup() was called again with other options; they hold from now on.");
  }
  running.tracing.installResults = await installModules(options);
  return running.tracing;
}
