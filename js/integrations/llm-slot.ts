/**
 * One span per model call, though two SDKs tell of it: a framework that begins an LLM span offers
 * it in its context, and the integration of the client that then makes the call writes into that
 * span instead of making another. Whoever began it ends it.
 */
import { type Context, createContextKey, type Span, trace } from "@opentelemetry/api";

export interface LlmSlot {
  readonly span: Span;
  /** Set when a client has begun to write into the span; a second call gets a span of its own. */
  isClaimed: boolean;
}

const SLOT = createContextKey("catalyst-tracing.llm-slot");

export function offering(context: Context, slot: LlmSlot): Context {
  return context.setValue(SLOT, slot);
}

/** The span to write into, when one was offered right above and nobody has it yet. */
export function claim(context: Context): Span | undefined {
  const slot = context.getValue(SLOT) as LlmSlot | undefined;
  if (slot === undefined || slot.isClaimed || trace.getSpan(context) !== slot.span)
    return undefined;
  slot.isClaimed = true;
  return slot.span;
}
