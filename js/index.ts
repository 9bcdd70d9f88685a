/** What users import from `catalyst-tracing`. */
export type { SpanProcessor } from "./capture/span-processor.js";
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
export { flush } from "./flush.js";
export type {
  CatalystTracerProvider,
  CatalystTracing,
  CatalystTracing as InferenceTracing,
} from "./handle.js";
export type {
  FinishedEvent,
  FinishedLink,
  FinishedSpan,
  FinishedStatus,
} from "./hooks/finished-span.js";
export type {
  FinishedTrace,
  TraceError,
  TraceHandoff,
  TraceHook,
  TraceTokens,
  TraceToolCalls,
} from "./hooks/finished-trace.js";
export type { TreeOptions } from "./testing/tree.js";
export type { AgentIdentity } from "./identity.js";
export {
  agentIdentityAttributes,
  applyActiveAgentIdentity,
  contextWithAgentIdentity,
  getActiveAgentIdentity,
} from "./identity.js";
export type { InstallResult } from "./integrations/install-report.js";
export type {
  CostOptions,
  Destination,
  FilterCriteria,
  HideOptions,
  InstrumentModules,
  Redact,
  RedactDetector,
  RedactFunction,
  RedactKeyRule,
  RedactOptions,
  RedactPathRule,
  RedactPatternRule,
  RedactRule,
  LimitOptions,
  ModelPrice,
  ResourceAttributeValue,
  SampleOptions,
  SetupOptions,
  Sink,
} from "./options.js";
export type { MessageRoleValue, SpanKindValue } from "./semconv.js";
export { Attr, MessageRole, OpenInferenceAttribute, SpanKindValues } from "./semconv.js";
export { setup } from "./setup.js";
export { agentSpan } from "./spans/agent-span.js";
export { getCurrentSpan, withAttributes } from "./spans/current.js";
export type { AgentSpanHandle, ToolInfo } from "./spans/handle.js";
export { manualSpan } from "./spans/manual-span.js";
export { observe, type ObserveOptions } from "./spans/observe.js";
export type { AgentSpanOptions, ManualSpanOptions, SharedAttributes } from "./spans/options.js";
export type { TokenUsage } from "./spans/usage.js";
export { normalizeUsage, recordSpanUsage } from "./spans/usage.js";
export { setSpanAttribute, setSpanAttributes, stringifyValue } from "./spans/values.js";
export type { TracerInput } from "./tracer-input.js";
export type { DestinationStats, FlushResult, Loss, TracingStats } from "./stats.js";
