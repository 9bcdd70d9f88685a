/**
 * What a model call cost, for whoever reads its span in JavaScript: the code that prices it on the
 * native thread is asked, on the event loop.
 */
import type { Attributes } from "@opentelemetry/api";

import type { Native } from "./native.js";
import { Attr, SpanKindValues } from "./semconv.js";

/** Adds what the call cost to its span's attributes, where that is known. */
export type Pricing = (attributes: Attributes) => void;

/** All that a cost depends on has one of these names or begins with one. */
const RELEVANT =
  /^(?:openinference\.span\.kind|llm\.(?:model_name|provider|token_count\.|cost\.)|embedding\.model_name|openai\.(?:request|response)\.service_tier)/;

/** By the prices that `slot` was configured with. */
export function pricingOf(native: Native, slot: number): Pricing {
  return (attributes) => {
    const kind = attributes[Attr.SPAN_KIND];
    if (kind !== SpanKindValues.LLM && kind !== SpanKindValues.EMBEDDING) return;
    const known = Object.entries(attributes).flatMap(([key, value]) =>
      RELEVANT.test(key) && isScalar(value) ? [{ key, value }] : [],
    );
    for (const { key, value } of native.price(slot, known)) attributes[key] = value as number;
  };
}

function isScalar(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}
