/**
 * The options of `createTestTracing()`: those of `setup()` that say what spans look like. The
 * environment is not read, so that a test does the same everywhere.
 */
import { CatalystTracingError, CatalystTracingErrorCodes } from "../errors.js";
import {
  type OptionsResolution,
  type ResolvedOptions,
  resolveOptions,
  type SetupOptions,
} from "../options.js";

const CALLED = "createTestTracing()";

/** Options about delivery, of which there is none, and the switch that turns everything off. */
const ABSENT_OPTIONS = [
  "endpoint",
  "token",
  "headers",
  "compression",
  "protocol",
  "timeoutMs",
  "certificate",
  "clientCertificate",
  "clientKey",
  "batching",
  "maxQueueBytes",
  "maxBatchBytes",
  "maxBatchSpans",
  "scheduleDelayMs",
  "exitFlushMs",
  "sink",
  "destinations",
  "spool",
  "disabled",
] as const;

export type TestTracingOptions = Omit<SetupOptions, (typeof ABSENT_OPTIONS)[number]>;

export function resolveTestOptions(given: TestTracingOptions): ResolvedOptions {
  const { options, sources } = resolve(given);
  const misplaced = ABSENT_OPTIONS.find((name) => sources[name] === "option");
  if (misplaced === undefined) return options;
  throw new CatalystTracingError(
    CatalystTracingErrorCodes.UNKNOWN_OPTION,
    `${CALLED}: there is no option "${misplaced}", because spans stay in this process. Leave it out.`,
  );
}

/** Errors are those of `setup()`, and name what was called. */
function resolve(given: TestTracingOptions): OptionsResolution {
  try {
    return resolveOptions(given, {});
  } catch (error) {
    if (!(error instanceof CatalystTracingError)) throw error;
    const message = error.message.replace(/^setup\(\)/, CALLED);
    throw new CatalystTracingError(error.code, message, { cause: error.cause });
  }
}
