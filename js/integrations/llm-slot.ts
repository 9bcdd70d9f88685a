/**
 * One span per model call, though two SDKs tell of it: a framework that begins an LLM span offers
 * it in its context, and the integration of the client that then makes the call writes into that
 * span instead of making another. Whoever began it ends it.
 */
import { type Context, createContextKey, type Span, trace } from "@opentelemetry/api";

import { linked } from "../capture/linked-context.js";

export interface LlmSlot {
  readonly span: Span;
  /** Set when somebody has begun to write into the span; a second call gets a span of its own. */
  isClaimed: boolean;
  /** Set when another span of the framework's stands for the same call. */
  isShared: boolean;
  /** Set when the span says how the call failed. */
  isTold: boolean;
}

const SLOT = createContextKey("catalyst-tracing.llm-slot");

export function newSlot(span: Span): LlmSlot {
  return { span, isClaimed: false, isShared: false, isTold: false };
}

export function offering(context: Context, slot: LlmSlot): Context {
  return linked(context).setValue(SLOT, slot);
}

/** For a client that makes the call: the span to write into, when nobody has it yet. */
export function claim(context: Context): LlmSlot | undefined {
  const slot = slotAt(context);
  if (slot !== undefined) slot.isClaimed = true;
  return slot;
}

/** For another span of the framework's; a client may still claim it. */
export function share(context: Context): LlmSlot | undefined {
  const slot = slotAt(context);
  if (slot === undefined || slot.isShared) return undefined;
  slot.isShared = true;
  return slot;
}

/** What was offered right above, and not claimed. */
function slotAt(context: Context): LlmSlot | undefined {
  const slot = context.getValue(SLOT) as LlmSlot | undefined;
  const isFree = slot?.isClaimed === false && trace.getSpan(context) === slot.span;
  return isFree ? slot : undefined;
}
