/**
 * Under which span a span of the Agents SDK's belongs: a decision, without effects.
 */
import type { Context } from "@opentelemetry/api";

export interface Candidates {
  /** OpenTelemetry's active context, and where the SDK was when it was entered. */
  readonly active: Context;
  readonly enteredAt: unknown;
  /** The SDK's own parent, which may be a span or a trace, and the context that belongs to it. */
  readonly sdkParent: unknown;
  readonly sdkContext: Context;
}

/**
 * The active context when it was entered inside the SDK's parent: then something of the app's lies
 * between the two. Else the parent that the SDK names.
 */
export function chooseParent({ active, enteredAt, sdkParent, sdkContext }: Candidates): Context {
  return enteredAt === sdkParent ? active : sdkContext;
}
