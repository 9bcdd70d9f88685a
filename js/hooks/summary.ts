/**
 * What a trace amounts to: pure functions of its spans, which are in the order of their starts.
 */
import { Attr, SpanKindValues } from "../semconv.js";
import type { FinishedSpan } from "./finished-span.js";
import type { TraceError, TraceHandoff, TraceTokens, TraceToolCalls } from "./finished-trace.js";

const COST_TOTAL = "llm.cost.total";
const HANDOFF_FROM = "handoff.from_agent";
const HANDOFF_TO = "handoff.to_agent";

type Spans = readonly FinishedSpan[];

/** Other kinds may repeat what the calls beneath them used. */
export function tokensOf(spans: Spans): TraceTokens {
  const sum: TraceTokens = { prompt: 0, completion: 0, total: 0, cacheRead: 0, reasoning: 0 };
  for (const span of ofKind(spans, SpanKindValues.LLM)) {
    const prompt = numberIn(span, Attr.TOKEN_COUNT_PROMPT) ?? 0;
    const completion = numberIn(span, Attr.TOKEN_COUNT_COMPLETION) ?? 0;
    sum.prompt += prompt;
    sum.completion += completion;
    sum.total += numberIn(span, Attr.TOKEN_COUNT_TOTAL) ?? prompt + completion;
    sum.cacheRead += numberIn(span, Attr.TOKEN_COUNT_PROMPT_CACHE_READ) ?? 0;
    sum.reasoning += numberIn(span, Attr.TOKEN_COUNT_COMPLETION_REASONING) ?? 0;
  }
  return sum;
}

/** `undefined` when no call told its cost. */
export function costOf(spans: Spans): number | undefined {
  const calls = spans.filter(
    ({ spanKind }) => spanKind === SpanKindValues.LLM || spanKind === SpanKindValues.EMBEDDING,
  );
  return calls.reduce<number | undefined>((sum, span) => {
    const cost = numberIn(span, COST_TOTAL);
    return cost === undefined ? sum : (sum ?? 0) + cost;
  }, undefined);
}

export function toolCallsOf(spans: Spans): TraceToolCalls[] {
  const calls = new Map<string, TraceToolCalls>();
  for (const span of ofKind(spans, SpanKindValues.TOOL)) {
    const name = textIn(span, Attr.TOOL_NAME) ?? span.name;
    const call = calls.get(name) ?? { name, count: 0, errors: 0 };
    call.count += 1;
    if (span.status.code === "ERROR") call.errors += 1;
    calls.set(name, call);
  }
  return [...calls.values()];
}

/** Those that came to nothing have no agent that was handed over to. */
export function handoffsOf(spans: Spans): TraceHandoff[] {
  return spans.flatMap((span) => {
    const from = textIn(span, HANDOFF_FROM);
    const to = textIn(span, HANDOFF_TO);
    return from === undefined || to === undefined ? [] : [{ from, to }];
  });
}

export function agentsOf(spans: Spans): string[] {
  const names = ofKind(spans, SpanKindValues.AGENT).map(
    (span) => textIn(span, Attr.AGENT_NAME) ?? textIn(span, Attr.AGENT_ID) ?? span.name,
  );
  return [...new Set(names)];
}

export function errorsOf(spans: Spans): TraceError[] {
  return spans
    .filter((span) => span.status.code === "ERROR")
    .map(({ spanId, name, spanKind, status: { message } }) => ({
      spanId,
      name,
      ...(spanKind !== undefined && { spanKind }),
      ...(message !== undefined && { message }),
    }));
}

/** The first text that a span has under `key`. */
export function firstText(spans: Spans, key: string): string | undefined {
  for (const span of spans) {
    const text = textIn(span, key);
    if (text !== undefined) return text;
  }
  return undefined;
}

function ofKind(spans: Spans, kind: string): FinishedSpan[] {
  return spans.filter(({ spanKind }) => spanKind === kind);
}

function numberIn({ attributes }: FinishedSpan, key: string): number | undefined {
  const value = attributes[key];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function textIn({ attributes }: FinishedSpan, key: string): string | undefined {
  const value = attributes[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}
