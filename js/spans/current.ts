/**
 * What code that was not handed a span can reach: the active span, and attributes for all spans to
 * come.
 */
import { type Attributes, isSpanContextValid, trace } from "@opentelemetry/api";

import { inheriting } from "../capture/inherited.js";
import { CatalystTracingError, CatalystTracingErrorCodes, describeValue } from "../errors.js";
import { conversationAttributes } from "../identity.js";
import { activeContext, runIn } from "../runtime.js";
import { guarded } from "./guard.js";
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
  if (typeof fn !== "function") {
    throw new CatalystTracingError(
      CatalystTracingErrorCodes.INVALID_ARGUMENT,
      `withAttributes(): got ${describeValue(fn)} as the function to run. ` +
        "Call it as withAttributes({ sessionId }, () => { … }).",
    );
  }
  const context = guarded(() => inheriting(activeContext(), sharedAttributes(attributes)));
  return context === undefined ? fn() : runIn(context, fn);
}

function sharedAttributes(given: unknown): Attributes {
  if (typeof given !== "object" || given === null) return {};
  const options = new OptionReader(given);
  const others = (guarded(() => Object.keys(given)) ?? [])
    .filter((key) => key !== "" && !NAMED.has(key))
    .map((key) => [key, attributeValue(options.value(key), key)] as const)
    .filter((entry) => entry[1] !== undefined);
  return {
    ...Object.fromEntries(others),
    ...conversationAttributes(options),
    ...metadataAttributes(options.value("metadata")),
    ...tagAttributes(options.value("tags")),
  };
}
