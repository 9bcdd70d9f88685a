/**
 * What code that was not handed a span can reach: the active span, and attributes for all spans to
 * come.
 */
import { isSpanContextValid, trace } from "@opentelemetry/api";

import { inheriting } from "../capture/inherited.js";
import { conversationAttributes } from "../identity.js";
import { activeContext, runIn } from "../runtime.js";
import { type AgentSpanHandle, SpanHandle } from "./handle.js";
import {
  metadataAttributes,
  OptionReader,
  type SharedAttributes,
  tagAttributes,
} from "./options.js";
import { attributeValue } from "./values.js";

/** The span that is active here, whoever started it; `undefined` where there is none. */
export function getCurrentSpan(): AgentSpanHandle | undefined {
  const span = trace.getSpan(activeContext());
  if (span === undefined || !isSpanContextValid(span.spanContext())) return undefined;
  return new SpanHandle(span);
}

const NAMED = new Set(["sessionId", "userId", "metadata", "tags"]);

/**
 * Every span started inside `fn`, by whatever library, gets these attributes, unless it sets its
 * own. Makes no span. Inner calls add to outer ones; for the same key the inner one stands.
 */
export function withAttributes<T>(attributes: SharedAttributes, fn: () => T): T {
  const options = new OptionReader(attributes);
  const keys = typeof attributes === "object" && attributes !== null ? Object.keys(attributes) : [];
  const others = keys
    .filter((key) => !NAMED.has(key))
    .map((key) => [key, attributeValue(options.value(key))] as const)
    .filter((entry) => entry[1] !== undefined);
  const context = inheriting(activeContext(), {
    ...Object.fromEntries(others),
    ...conversationAttributes(options),
    ...metadataAttributes(options.value("metadata")),
    ...tagAttributes(options.value("tags")),
  });
  return runIn(context, fn);
}
