/**
 * Whether what goes to a model and comes back may be recorded. A framework that was told to keep
 * payloads out of its traces says so in its context, and integrations below it keep to that.
 */
import { type Context, createContextKey } from "@opentelemetry/api";

const WITHOUT_PAYLOADS = createContextKey("catalyst-tracing.without-payloads");

export function withPayloads(context: Context, areAllowed: boolean): Context {
  return context.setValue(WITHOUT_PAYLOADS, !areAllowed);
}

export function mayRecordPayloads(context: Context): boolean {
  return context.getValue(WITHOUT_PAYLOADS) !== true;
}
