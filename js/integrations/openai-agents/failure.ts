/**
 * The error of a span of the SDK's. What the SDK itself says is always recorded; what was thrown,
 * which may hold what the user or the model said, only where payloads may be.
 */
import { type Span, SpanStatusCode } from "@opentelemetry/api";

import { screened } from "../../spans/screened.js";
import { fieldsOf } from "../openai/fields.js";
import type { SdkSpan } from "./sdk.js";

interface Terms {
  /** Of the SDK's span. */
  readonly type: string;
  readonly withPayloads: boolean;
}

type SdkError = NonNullable<SdkSpan["error"]>;

export function setFailure(failed: Span, error: SdkError, terms: Terms): void {
  const span = screened(failed);
  const message = failureText(error, terms);
  span.addEvent("exception", { "exception.type": "Error", "exception.message": message });
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** The most telling text: the SDK's messages are general, and its data then has the cause. */
export function failureText({ message, data }: SdkError, { type, withPayloads }: Terms): string {
  const { error: cause } = fieldsOf(data);
  const general = typeof message === "string" && message !== "" ? message : "error";
  if (withPayloads) return typeof cause === "string" && cause !== "" ? cause : general;
  // Elsewhere the message is that of what was thrown.
  const isOfSdk = cause !== undefined || type === "agent" || type === "task" || type === "turn";
  return isOfSdk ? general : "error";
}
