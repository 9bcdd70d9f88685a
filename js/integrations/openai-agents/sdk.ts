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
  start(): void;
  end(): void;
  clone(): SdkSpan;
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
  end(): unknown;
  clone(): SdkTrace;
}

export interface TraceProvider {
  createSpan(options: unknown, parent?: SdkSpan | SdkTrace): SdkSpan;
}

export type AnyMethod = (this: unknown, ...args: unknown[]) => unknown;

export interface AgentsSdk {
  getGlobalTraceProvider(): TraceProvider;
  getCurrentSpan(): SdkSpan | null | undefined;
  getCurrentTrace(): SdkTrace | null | undefined;
  readonly Runner: { readonly prototype: Record<string, unknown> };
  readonly OpenAIProvider?: new (options: object) => {
    getModel(name?: string): unknown;
  };
}

/** The id of spans and traces that record nothing, because tracing is off. */
const DISABLED = "no-op";

export function isDisabled(item: SdkSpan | SdkTrace): boolean {
  return item.traceId === DISABLED || (item as Partial<SdkSpan>).spanId === DISABLED;
}

export function isSpan(item: SdkSpan | SdkTrace): item is SdkSpan {
  return typeof (item as Partial<SdkSpan>).spanId === "string";
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
