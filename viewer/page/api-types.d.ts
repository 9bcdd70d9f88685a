/** What the server's JSON holds, as `viewer/src/api` writes it. */

export type TraceStatus = "ok" | "error" | "open";

export interface Tokens {
  prompt: number;
  completion: number;
  total: number;
  cacheRead: number;
  reasoning: number;
}

/** As one span says them; what it does not say is null. */
export type SpanTokens = { [K in keyof Tokens]: number | null };

export interface TraceSummary {
  traceId: string;
  name: string;
  startMs: number;
  durationMs: number;
  status: TraceStatus;
  service: string | null;
  agents: string[];
  sessionId: string | null;
  userId: string | null;
  spanCount: number;
  errorCount: number;
  llmCalls: number;
  toolCalls: number;
  tokens: Tokens;
  costUsd: number | null;
  input: string | null;
  output: string | null;
  /** Where a search found it. */
  match?: { spanId: string; text: string };
}

export interface SpanSummary {
  spanId: string;
  parentSpanId: string | null;
  name: string;
  kind: string;
  /** Nanoseconds since 1970, in decimals: more than a number holds. */
  startNs: string;
  durationMs: number;
  status: "unset" | "ok" | "error";
  statusMessage: string;
  service: string | null;
  agent: string | null;
  model: string | null;
  tool: string | null;
  handoff: { from: string; to: string } | null;
  tokens: SpanTokens | null;
  costUsd: number | null;
  ttftMs: number | null;
  eventCount: number;
}

export interface TraceDetail {
  trace: TraceSummary;
  spans: SpanSummary[];
}

/** Anything that JSON has. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type Attributes = Record<string, Json>;

export interface SpanEvent {
  name: string;
  timeNs: string;
  attributes: Attributes;
}

export interface SpanLink {
  traceId: string;
  spanId: string;
  attributes: Attributes;
}

export interface SpanDetail extends SpanSummary {
  traceId: string;
  endNs: string;
  otelKind: string;
  attributes: Attributes;
  events: SpanEvent[];
  links: SpanLink[];
  resource: { attributes: Attributes };
  scope: { name: string; version: string; attributes: Attributes };
}

export interface SessionSummary {
  sessionId: string;
  userId: string | null;
  agents: string[];
  traceCount: number;
  startMs: number;
  endMs: number;
  tokens: Tokens;
  costUsd: number | null;
  errorCount: number;
  input: string | null;
  output: string | null;
}

/** A trace with its root's whole texts, of which the summary has the beginnings. */
export interface Turn extends TraceSummary {
  fullInput: string | null;
  fullOutput: string | null;
}

export interface SessionDetail {
  session: SessionSummary;
  traces: Turn[];
}

export interface Facets {
  services: string[];
  agents: string[];
  users: string[];
  kinds: string[];
  models: string[];
  attributeKeys: string[];
}

export interface UsageRow {
  name: string;
  count: number;
  errorCount: number;
  p50Ms: number;
  p95Ms: number;
  tokens: Tokens;
  costUsd: number | null;
}

export interface Stats {
  /** There were more traces than are counted. */
  isPartial: boolean;
  totals: {
    traces: number;
    errors: number;
    p50Ms: number;
    p95Ms: number;
    tokens: Tokens;
    costUsd: number | null;
  };
  agents: UsageRow[];
  models: UsageRow[];
  tools: UsageRow[];
}
