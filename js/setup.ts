/**
 * `setup()`: from options to a running pipeline, at most one per environment.
 */
import { CatalystTracingError, CatalystTracingErrorCodes } from "./errors.js";
import type { CatalystTracing } from "./handle.js";
import { warnOnce } from "./log.js";
import { loadNative, type Native } from "./native.js";
import { NoopTracing } from "./noop-tracing.js";
import {
  keptInMemory,
  type ResolvedOptions,
  resolveOptions,
  sameOptions,
  type SetupOptions,
} from "./options.js";
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
  const loaded = loadNative();
  if (loaded.native === undefined) {
    warnOnce(`${loaded.problem}, so nothing is traced; the app runs on. ${loaded.mend}`);
    return new NoopTracing(options);
  }
  return start(loaded.native, options);
}

/**
 * For `createTestTracing()`: keeps spans in this process. What runs already goes on under these
 * options.
 */
export async function setupInMemory(
  given: ResolvedOptions,
): Promise<{ tracing: Tracing; native: Native }> {
  const options = keptInMemory(given);
  const loaded = loadNative();
  if (loaded.native === undefined) {
    throw new CatalystTracingError(
      CatalystTracingErrorCodes.NO_NATIVE_MODULE,
      `createTestTracing(): ${loaded.problem}, so no span would ever be seen. ${loaded.mend}`,
    );
  }
  const { native } = loaded;
  if (current?.tracing.ending !== undefined) await current.tracing.ending;
  if (current === undefined) return { tracing: start(native, options), native };
  if (current.options.sink !== "memory") {
    warnOnce("createTestTracing() took over from setup(): spans stay in this process from now on.");
  }
  current.tracing.reconfigure(options);
  current.options = options;
  return { tracing: current.tracing, native };
}

function start(native: Native, options: ResolvedOptions): Tracing {
  const tracing = new Tracing(native, options, () => {
    current = undefined;
  });
  current = { tracing, options };
  return tracing;
}

function again(running: NonNullable<typeof current>, wanted: ResolvedOptions): Tracing {
  // In a test the app may set up tracing as ever; only where spans go is the test's to say.
  const isTest = running.options.sink === "memory";
  const options = isTest ? keptInMemory(wanted) : wanted;
  if (!sameOptions(running.options, options)) {
    running.tracing.reconfigure(options);
    running.options = options;
    if (isTest) return running.tracing;
    warnOnce("setup() was called again with other options; they hold from now on.");
  }
  return running.tracing;
}
