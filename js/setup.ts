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
import { claim, type Copy } from "./runtime.js";
import { Tracing } from "./tracing.js";

/** What other copies of this package see of this one. */
const thisCopy: Copy = {
  version: PACKAGE_VERSION,
  setup: (options = {}) => start(options),
  startForProcessor: (options, resource) => startUnregistered(options, resource),
};

let current: { readonly tracing: Tracing; options: ResolvedOptions } | undefined;
/** From then on `setup()` and the handle decide when there is a pipeline, and nobody else. */
let wasCalled = false;

/**
 * Configures tracing and starts it. Calling it again returns the same handle; with other options
 * it sends what comes from then on where they say.
 *
 * Rejects with a `CatalystTracingError` for an option that does not exist or is not what it should
 * be, and for nothing else: where tracing cannot run, the app does.
 */
export async function setup(given: SetupOptions = {}): Promise<CatalystTracing> {
  const owner = owningCopy();
  return await (owner === thisCopy ? start(given) : owner.setup(given));
}

/**
 * Starts the pipeline for a span processor of another provider, with that provider's resource where
 * neither options nor environment say anything, and without a place in OpenTelemetry's API. Called
 * again, it takes over what has become known of the resource.
 * @returns nothing where nothing is to be traced, or `setup()` has that in hand
 */
export function startForProcessor(
  given: SetupOptions,
  resource: object,
): CatalystTracing | undefined {
  return owningCopy().startForProcessor?.(given, resource);
}

function owningCopy(): Copy {
  const owner = claim(thisCopy);
  if (owner !== thisCopy) {
    warnOnce(
      `this process has two copies of catalyst-tracing (${owner.version} and ${PACKAGE_VERSION}); ` +
        "they share the pipeline of the first one, so that nothing is sent twice. " +
        "npm ls catalyst-tracing shows where they are.",
    );
  }
  return owner;
}

async function start(given: SetupOptions): Promise<CatalystTracing> {
  const { options, warnings } = resolveOptions(given, process.env);
  for (const warning of warnings) warnOnce(warning);
  wasCalled = true;
  // A handle that is being shut down is of no use any more.
  if (current?.tracing.ending !== undefined) await current.tracing.ending;
  if (options.disabled) {
    await current?.tracing.shutdown();
    return new NoopTracing(options);
  }
  if (current !== undefined) return again(current, options);
  return create(options, true) ?? new NoopTracing(options);
}

function startUnregistered(given: object, resource: object): Tracing | undefined {
  if (wasCalled) return undefined;
  const resolution = resolveOptions(given, process.env, undefined, resource);
  for (const warning of resolution.warnings) warnOnce(warning);
  const options = { ...resolution.options, register: false };
  if (options.disabled) return undefined;
  if (current === undefined) return create(options, false);
  current.tracing.reconfigure(options, false);
  return current.tracing;
}

function create(options: ResolvedOptions, isSetUp: boolean): Tracing | undefined {
  const { native, problem } = loadNative();
  if (native === undefined) {
    warnOnce(problem);
    return undefined;
  }
  const tracing = new Tracing(native, options, isSetUp, () => {
    current = undefined;
  });
  current = { tracing, options };
  return tracing;
}

function again(running: NonNullable<typeof current>, options: ResolvedOptions): Tracing {
  const { tracing } = running;
  if (!tracing.isSetUp || !sameOptions(running.options, options)) {
    if (tracing.isSetUp) {
      warnOnce("setup() was called again with other options; they hold from now on.");
    }
    tracing.reconfigure(options);
    running.options = options;
  }
  return tracing;
}
