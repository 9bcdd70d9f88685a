/** What users import from `catalyst-tracing`. */
export type { SpanProcessor } from "./capture/recorder.js";
export type { CatalystTracingErrorCode, InferenceTracingErrorCode } from "./errors.js";
export {
  CatalystInstrumentationError,
  CatalystTracingError,
  CatalystTracingErrorCodes,
  InferenceTracingError,
  InferenceTracingErrorCodes,
  InvalidSdkInputError,
  InvalidTracerInputError,
} from "./errors.js";
export type { InstrumentModules, ResourceAttributeValue, SetupOptions } from "./options.js";
export { setup } from "./setup.js";
export type { FlushResult, Loss, TracingStats } from "./stats.js";
export type {
  CatalystTracerProvider,
  CatalystTracing,
  CatalystTracing as InferenceTracing,
} from "./handle.js";
