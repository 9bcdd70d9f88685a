/**
 * Attributes that every span underneath gets: the identity of the agent, the session, the user, and
 * what `withAttributes()` adds. They travel in the context, and with a span to its children where
 * somebody makes a context of his own; over process borders the identity travels as baggage.
 */
import {
  type AttributeValue,
  type Context,
  createContextKey,
  propagation,
  type Span,
  trace,
} from "@opentelemetry/api";

import { linked } from "./linked-context.js";

/** Keys and values in turn. Never changed once made: contexts and spans share it. */
export type Inherited = readonly (string | AttributeValue)[];

/** The same for every copy and version of this package: see `runtime.ts`. */
const INHERITED = createContextKey("catalyst-tracing.inherited");

/** Those that cross process borders, under the same names as attributes and as baggage. */
export const IDENTITY_KEYS = [
  "agent.id",
  "agent.name",
  "agent.role",
  "session.id",
  "user.id",
] as const;

/**
 * What a span started in `context` gets.
 * @param parent - the active span there, which knows when somebody made a context of his own
 */
export function inheritedAt(
  context: Context,
  parent: Span | undefined = trace.getSpan(context),
): Inherited | undefined {
  return (
    (context.getValue(INHERITED) as Inherited | undefined) ??
    (parent as { inherited?: Inherited | undefined } | undefined)?.inherited ??
    fromBaggage(context)
  );
}

/** A context in which `changes` are added; `undefined` takes one away. */
export function inheriting(
  context: Context,
  changes: Readonly<Record<string, AttributeValue | undefined>>,
): Context {
  const before = inheritedAt(context) ?? [];
  const merged: (string | AttributeValue)[] = [];
  const known = new Set<string>();
  for (let index = 0; index + 1 < before.length; index += 2) {
    const key = before[index] as string;
    known.add(key);
    const value = Object.hasOwn(changes, key) ? changes[key] : before[index + 1];
    if (value !== undefined) merged.push(key, value);
  }
  for (const key of Object.keys(changes)) {
    const value = changes[key];
    if (value !== undefined && !known.has(key)) merged.push(key, value);
  }
  return linked(context).setValue(INHERITED, Object.freeze(merged));
}

/** What came with a request or message from another process. */
function fromBaggage(context: Context): Inherited | undefined {
  const baggage = propagation.getBaggage(context);
  if (baggage === undefined) return undefined;
  const entries = IDENTITY_KEYS.flatMap((key) => {
    const value = baggage.getEntry(key)?.value;
    return typeof value === "string" && value !== "" ? [key, value] : [];
  });
  return entries.length === 0 ? undefined : entries;
}

export function asRecord(inherited: Inherited | undefined): Record<string, AttributeValue> {
  const record: Record<string, AttributeValue> = {};
  for (let index = 0; index + 1 < (inherited?.length ?? 0); index += 2) {
    record[inherited?.[index] as string] = inherited?.[index + 1] as AttributeValue;
  }
  return record;
}
