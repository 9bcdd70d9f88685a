/**
 * `setup()`: from options to a running pipeline, at most one per environment.
 */
import { takeKept } from "./engine.js";
import { CatalystTracingError, CatalystTracingErrorCodes } from "./errors.js";
import type { CatalystTracing } from "./handle.js";
import { installModules } from "./integrations/install.js";
import { debugLine, warnOnce } from "./log.js";
import { loadNative, type Native } from "./native.js";
import { NoopTracing } from "./noop-tracing.js";
import {
  keptInMemory,
  PACKAGE_VERSION,
  type ResolvedOptions,
  resolveOptions,
  sameOptions,
  type SetupOptions,
} from "./options.js";
import { claim, type Copy, type InMemory } from "./runtime.js";
import { setupFacts } from "./setup-facts.js";
import { Tracing } from "./tracing.js";

/** What other copies of this package see of this one. */
const thisCopy: Copy = {
  version: PACKAGE_VERSION,
  setup: (options = {}) => setUp(options),
  setupInMemory: (options) => setUpInMemory(options),
  startForProcessor: (options, resource) => startUnregistered(options, resource),
};

interface Current {
  readonly tracing: Tracing;
  options: ResolvedOptions;
  /** Set up by `catalyst-tracing/register`: the app's own call, with its options, is the first. */
  isUnattended?: boolean;
}

let current: Current | undefined;
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
  return await owner().setup(given);
}

/** For `catalyst-tracing/register`, before the app has had a say. */
export async function setupUnattended(): Promise<void> {
  const tracing = setup();
  if (current !== undefined) current.isUnattended = true;
  await tracing;
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
  return owner().startForProcessor?.(given, resource);
}

/**
 * For `createTestTracing()`: keeps spans in this process. What runs already goes on under these
 * options. Rejects where there is no native module.
 */
export async function setupInMemory(options: ResolvedOptions): Promise<InMemory> {
  return await owner().setupInMemory(options);
}

function owner(): Copy {
  const copy = claim(thisCopy);
  if (copy !== thisCopy) {
    warnOnce(
      `this process has two copies of catalyst-tracing (${copy.version} and ${PACKAGE_VERSION}); ` +
        "they share the pipeline of the first one, so that nothing is sent twice. " +
        "npm ls catalyst-tracing shows where they are.",
    );
  }
  return copy;
}

async function setUp(given: SetupOptions): Promise<CatalystTracing> {
  const resolution = resolveOptions(given, process.env);
  const { options, warnings } = resolution;
  for (const warning of warnings) warnOnce(warning);
  wasCalled = true;
  // A handle that is being shut down is of no use any more.
  if (current?.tracing.ending !== undefined) await current.tracing.ending;
  if (options.disabled && current?.options.inMemory !== true) {
    await current?.tracing.shutdown();
    return new NoopTracing(options);
  }
  if (current !== undefined) return await again(current, options);
  const native = nativeOrWarning();
  if (native === undefined) return new NoopTracing(options);
  const tracing = await start(native, options);
  if (options.debug) setupFacts(resolution, tracing.installResults).forEach(debugLine);
  return tracing;
}

function startUnregistered(given: object, resource: object): Tracing | undefined {
  if (wasCalled) return undefined;
  const resolution = resolveOptions(given, process.env, undefined, resource);
  for (const warning of resolution.warnings) warnOnce(warning);
  const options = { ...resolution.options, register: false };
  if (options.disabled) return undefined;
  if (current === undefined) {
    const native = nativeOrWarning();
    return native && create(native, options, false);
  }
  current.tracing.reconfigure(options, false);
  return current.tracing;
}

function nativeOrWarning(): Native | undefined {
  const loaded = loadNative();
  if (loaded.native === undefined) {
    warnOnce(`${loaded.problem}, so nothing is traced; the app runs on. ${loaded.mend}`);
  }
  return loaded.native;
}

async function setUpInMemory(given: ResolvedOptions): Promise<InMemory> {
  const options = keptInMemory(given);
  const loaded = loadNative();
  if (loaded.native === undefined) {
    throw new CatalystTracingError(
      CatalystTracingErrorCodes.NO_NATIVE_MODULE,
      `createTestTracing(): ${loaded.problem}, so no span would ever be seen. ${loaded.mend}`,
    );
  }
  const { native } = loaded;
  wasCalled = true;
  const take = (): readonly string[] => takeKept(native);
  if (current?.tracing.ending !== undefined) await current.tracing.ending;
  if (current === undefined) return { tracing: await start(native, options), take };
  if (!current.options.inMemory) {
    warnOnce("createTestTracing() took over from setup(): spans stay in this process from now on.");
  }
  const { tracing } = current;
  tracing.reconfigure(options);
  current.options = options;
  tracing.installResults = await installModules(options);
  return { tracing, take };
}

async function start(native: Native, options: ResolvedOptions): Promise<Tracing> {
  const tracing = create(native, options, true);
  tracing.installResults = await installModules(options);
  return tracing;
}

function create(native: Native, options: ResolvedOptions, isSetUp: boolean): Tracing {
  const tracing = new Tracing(native, options, isSetUp, () => {
    current = undefined;
  });
  current = { tracing, options };
  return tracing;
}

async function again(running: Current, wanted: ResolvedOptions): Promise<Tracing> {
  // In a test the app may set up tracing as ever; only where spans go is the test's to say.
  const isTest = running.options.inMemory;
  const options = isTest ? keptInMemory(wanted) : wanted;
  const { isSetUp } = running.tracing;
  if (!isSetUp || !sameOptions(running.options, options)) {
    running.tracing.reconfigure(options);
    running.options = options;
    if (isSetUp && !isTest && running.isUnattended !== true) {
      warnOnce("setup() was called again with other options; they hold from now on.");
    }
  }
  running.isUnattended = false;
  running.tracing.installResults = await installModules(options);
  return running.tracing;
}
