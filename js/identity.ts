/**
 * Who acts: the agent, the session and the user, on an OpenTelemetry context. `agentSpan` does this
 * by itself; these are for code that makes its own spans or contexts.
 */
import { type Attributes, type AttributeValue, type Context, type Span } from "@opentelemetry/api";

import { asRecord, inheritedAt, inheriting } from "./capture/inherited.js";
import { activeContext } from "./runtime.js";
import { Attr } from "./semconv.js";
import { OptionReader } from "./spans/options.js";
import { screened } from "./spans/screened.js";

export interface AgentIdentity {
  id?: string | undefined;
  name?: string | undefined;
  role?: string | undefined;
  sessionId?: string | undefined;
  userId?: string | undefined;
}

/** As attributes, for any span. */
export function agentIdentityAttributes(identity: AgentIdentity = {}): Attributes {
  return withoutUnset(attributesOf(identity));
}

/**
 * A context in which every span has this identity. It replaces the agent that was there; session
 * and user stay unless it names others.
 */
export function contextWithAgentIdentity(context: Context, identity: AgentIdentity): Context {
  return inheriting(context, attributesOf(identity));
}

function attributesOf(identity: AgentIdentity): Record<string, AttributeValue | undefined> {
  const given = new OptionReader(identity);
  const agent = { id: given.text("id"), name: given.text("name"), role: given.text("role") };
  return { ...agentAttributes(agent), ...conversationAttributes(given) };
}

/** Who acts in `context`, by default the active one; `undefined` when nobody was named. */
export function getActiveAgentIdentity(
  context: Context = activeContext(),
): AgentIdentity | undefined {
  const attributes = asRecord(inheritedAt(context));
  const text = (key: string): string | undefined => {
    const value = attributes[key];
    return typeof value === "string" ? value : undefined;
  };
  const identity = {
    id: text(Attr.AGENT_ID),
    name: text(Attr.AGENT_NAME),
    role: text(Attr.AGENT_ROLE),
    sessionId: text(Attr.SESSION_ID),
    userId: text(Attr.USER_ID),
  };
  return Object.values(identity).some((part) => part !== undefined) ? identity : undefined;
}

/** Writes the active identity to a span; one that this package made has it already. */
export function applyActiveAgentIdentity(span: Span): void {
  const identity = getActiveAgentIdentity();
  if (identity !== undefined) screened(span).setAttributes(agentIdentityAttributes(identity));
}

/** The three attributes of an agent, `undefined` where it says nothing. */
export function agentAttributes(agent: Pick<AgentIdentity, "id" | "name" | "role">) {
  return {
    [Attr.AGENT_ID]: agent.id,
    [Attr.AGENT_NAME]: agent.name,
    [Attr.AGENT_ROLE]: agent.role,
  };
}

/** The session and the user, where they are named. */
export function conversationAttributes(options: OptionReader): Attributes {
  return withoutUnset({
    [Attr.SESSION_ID]: options.text("sessionId"),
    [Attr.USER_ID]: options.text("userId"),
  });
}

export function withoutUnset(
  attributes: Readonly<Record<string, AttributeValue | undefined>>,
): Attributes {
  const set: Attributes = {};
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) set[key] = value;
  return set;
}
