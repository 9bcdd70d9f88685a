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
};

interface Current {
  readonly tracing: Tracing;
  options: ResolvedOptions;
  /** Set up by `catalyst-tracing/register`: the app's own call, with its options, is the first. */
  isUnattended?: boolean;
}

let current: Current | undefined;

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
        "they share the pipeline of the first one, so that nothing is sent twice.",
    );
  }
  return copy;
}

async function setUp(given: SetupOptions): Promise<CatalystTracing> {
  const resolution = resolveOptions(given, process.env);
  const { options, warnings } = resolution;
  for (const warning of warnings) warnOnce(warning);
  // A handle that is being shut down is of no use any more.
  if (current?.tracing.ending !== undefined) await current.tracing.ending;
  if (options.disabled && current?.options.sink !== "memory") {
    await current?.tracing.shutdown();
    return new NoopTracing(options);
  }
  if (current !== undefined) return await again(current, options);
  const loaded = loadNative();
  if (loaded.native === undefined) {
    warnOnce(`${loaded.problem}, so nothing is traced; the app runs on. ${loaded.mend}`);
    return new NoopTracing(options);
  }
  const tracing = await start(loaded.native, options);
  if (options.debug) setupFacts(resolution, tracing.installResults).forEach(debugLine);
  return tracing;
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
  const take = (): readonly string[] => takeKept(native);
  if (current?.tracing.ending !== undefined) await current.tracing.ending;
  if (current === undefined) return { tracing: await start(native, options), take };
  if (current.options.sink !== "memory") {
    warnOnce("createTestTracing() took over from setup(): spans stay in this process from now on.");
  }
  const { tracing } = current;
  tracing.reconfigure(options);
  current.options = options;
  tracing.installResults = await installModules(options);
  return { tracing, take };
}

async function start(native: Native, options: ResolvedOptions): Promise<Tracing> {
  const tracing = new Tracing(native, options, () => {
    current = undefined;
  });
  current = { tracing, options };
  tracing.installResults = await installModules(options);
  return tracing;
}

async function again(running: Current, wanted: ResolvedOptions): Promise<Tracing> {
  // In a test the app may set up tracing as ever; only where spans go is the test's to say.
  const isTest = running.options.sink === "memory";
  const options = isTest ? keptInMemory(wanted) : wanted;
  if (!sameOptions(running.options, options)) {
    running.tracing.reconfigure(options);
    running.options = options;
    if (!isTest && running.isUnattended !== true) {
      warnOnce("setup() was called again with other options; they hold from now on.");
    }
  }
  running.isUnattended = false;
  running.tracing.installResults = await installModules(options);
  return running.tracing;
}
