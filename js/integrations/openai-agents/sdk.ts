/**
 * What is used of the `@openai/agents` package, versions 0.1 and later, as far as it can be relied
 * upon, and how the package is recognised in what a user passes.
 */
import { InvalidSdkInputError } from "../../errors.js";
import { fieldsOf, isFunction } from "../openai/fields.js";

/** A span of the SDK's. Contexts hold clones of it, which have the same id. */
export interface SdkSpan {
  readonly spanId: string;
  readonly traceId: string;
  readonly spanData: SpanData;
  readonly error: { readonly message?: unknown; readonly data?: unknown } | null | undefined;
  readonly startedAt?: string | null;
}

export interface SpanData {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface SdkTrace {
  readonly traceId: string;
  readonly name?: unknown;
  readonly groupId?: unknown;
  readonly metadata?: unknown;
  toJSON(): unknown;
}

export type TraceProvider = Readonly<Record<"createSpan" | "createTrace", AnyMethod>>;

export type AnyMethod = (this: unknown, ...args: unknown[]) => unknown;

export interface AgentsSdk {
  getGlobalTraceProvider(): TraceProvider;
  getCurrentSpan(): SdkSpan | null | undefined;
  getCurrentTrace(): SdkTrace | null | undefined;
  readonly Runner: { readonly prototype: Record<string, unknown> };
  readonly OpenAIProvider?: new (options: object) => {
    getModel(name?: string): unknown;
  };
  readonly OpenAIResponsesModel?: unknown;
  readonly OpenAIChatCompletionsModel?: unknown;
}

/** The id of spans, and since 0.3 of traces, that record nothing, because tracing is off. */
const DISABLED = "no-op";

export function isDisabled(item: SdkSpan | SdkTrace): boolean {
  if (item.traceId === DISABLED) return true;
  // In 0.1 such a trace has an id like any other.
  return !isSpan(item) && item.toJSON() === null;
}

export function isSpan(item: SdkSpan | SdkTrace): item is SdkSpan {
  return typeof (item as Partial<SdkSpan>).spanId === "string";
}

/** Where the SDK is: its span, else its trace. */
export function placeOfItem(item: SdkSpan | SdkTrace | null | undefined): string | undefined {
  if (item === null || item === undefined) return undefined;
  return isSpan(item) ? item.spanId : item.traceId;
}

/** @throws InvalidSdkInputError for what is not the SDK */
export function sdkIn(module: unknown): AgentsSdk {
  for (const candidate of [module, fieldsOf(module)["default"]]) {
    if (isSdk(candidate)) return candidate;
  }
  throw new InvalidSdkInputError({
    integration: "openai-agents",
    expectation: "the module of the @openai/agents package",
    received: module,
    fixHint: 'Pass what `import * as agents from "@openai/agents"` gives.',
  });
}

function isSdk(value: unknown): value is AgentsSdk {
  const { getGlobalTraceProvider, getCurrentSpan, getCurrentTrace, Runner } = fieldsOf(value);
  return (
    isFunction(getGlobalTraceProvider) &&
    isFunction(getCurrentSpan) &&
    isFunction(getCurrentTrace) &&
    isFunction(fieldsOf(fieldsOf(Runner)["prototype"])["run"])
  );
}
