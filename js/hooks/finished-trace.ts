/**
 * What `onTrace()` tells of a trace. By itself, so that the declarations that users compile against
 * do not bring in how spans are recorded.
 */
import type { TreeOptions } from "../testing/tree.js";
import type { FinishedSpan } from "./finished-span.js";

/** Sums over the trace's LLM spans; zero where none told. */
export interface TraceTokens {
  prompt: number;
  completion: number;
  /** Where a call did not tell its total, its prompt and completion. */
  total: number;
  /** The part of `prompt` that the provider had in its cache. */
  cacheRead: number;
  /** The part of `completion` that the model thought with. */
  reasoning: number;
}

/** A tool that was called. */
export interface TraceToolCalls {
  name: string;
  count: number;
  /** How many of them failed. */
  errors: number;
}

/** One agent handed over to another. */
export interface TraceHandoff {
  from: string;
  to: string;
}

/** A span whose status is ERROR. */
export interface TraceError {
  spanId: string;
  /** The span's name. */
  name: string;
  /** OpenInference's kind; absent when there is none. */
  spanKind?: string;
  /** Absent when there is none. */
  message?: string;
}

/** Plain data, but for `tree()`: it can be cloned, posted to a worker, and written as JSON. */
export interface FinishedTrace {
  traceId: string;
  /** Of the span that all others are under; the first, where there are several. */
  name: string;
  /** In the order of their starts. */
  spans: FinishedSpan[];
  /**
   * How many spans had started and not ended: 0, but for a trace that was told before it was
   * finished, at `shutdown()` or because it took too much memory. What is missing follows in another
   * call with the same `traceId`, if it ends.
   */
  openSpans: number;
  /** Milliseconds since 1970, with a fraction: from the first start to the last end. */
  startTime: number;
  endTime: number;
  durationMs: number;
  tokens: TraceTokens;
  /** Sum of `llm.cost.total` over the LLM spans that have it; absent when none has. */
  cost?: number;
  /** By the tool's name, in the order of their first calls. */
  toolCalls: TraceToolCalls[];
  /** In their order. */
  handoffs: TraceHandoff[];
  /** The names of the agents that ran, each once, in the order of their starts. */
  agents: string[];
  errors: TraceError[];
  /** The first that a span has; absent when none has. */
  sessionId?: string;
  userId?: string;
  /** The spans as text, one line each, children under their parents. */
  tree(options?: TreeOptions): string;
}

/** Takes a finished trace. What it returns or throws does not matter to the app. */
export type TraceHook = (trace: FinishedTrace) => unknown;
