/**
 * What the functions that make spans take. Options are read one by one: one that throws, or is not
 * what it should be, must not keep the user's function from running.
 */
import type { Attributes, SpanKind } from "@opentelemetry/api";

import { type Fields, read } from "../handoff/stand-ins.js";
import { Attr, type SpanKindValue } from "../semconv.js";
import type { TokenUsage } from "./usage.js";
import { stringifyValue } from "./values.js";

/** What every span underneath inherits. */
interface SharedOptions {
  sessionId?: string | undefined;
  userId?: string | undefined;
}

interface CommonOptions extends SharedOptions {
  /** The span's name. */
  spanName?: string | undefined;
  /** OpenInference's kind. */
  spanKind?: SpanKindValue | undefined;
  /** OpenTelemetry's kind. */
  otelKind?: SpanKind | undefined;
  /** The provider or framework, `gen_ai.system`. */
  system?: string | undefined;
  /** A string goes out as text, anything else as JSON. */
  input?: unknown;
  attributes?: Readonly<Record<string, unknown>> | undefined;
  metadata?: Readonly<Record<string, unknown>> | undefined;
  tags?: readonly string[] | undefined;
}

export interface AgentSpanOptions extends CommonOptions {
  /** A stable identifier, by which runs are grouped. */
  agentId?: string | undefined;
  /** As `agentId`. */
  id?: string | undefined;
  /** A name for people. */
  agentName?: string | undefined;
  /** As `agentName`. */
  name?: string | undefined;
  /** What the agent does among others, such as `triage`. */
  role?: string | undefined;
}

export interface ManualSpanOptions extends CommonOptions {
  agentId?: string | undefined;
  agentName?: string | undefined;
  agentRole?: string | undefined;
  output?: unknown;
  model?: string | undefined;
  /** As the provider reported it, or a `TokenUsage`. */
  usage?: TokenUsage | Readonly<Record<string, unknown>> | undefined;
  toolName?: string | undefined;
  toolCallId?: string | undefined;
}

/** What `withAttributes` takes: four names of ours, and attributes under their own keys. */
export interface SharedAttributes extends SharedOptions {
  metadata?: Readonly<Record<string, unknown>> | undefined;
  tags?: readonly string[] | undefined;
  [key: string]: unknown;
}

/** Reads options whatever was given in their place. */
export class OptionReader {
  constructor(private readonly given: unknown) {}

  value(...names: readonly string[]): unknown {
    if (typeof this.given !== "object" || this.given === null) return undefined;
    for (const name of names) {
      const value = read(this.given as Fields, name);
      if (value !== undefined && value !== null) return value;
    }
    return undefined;
  }

  /** Numbers are taken too: identifiers often come as such from a database. */
  text(...names: readonly string[]): string | undefined {
    const value = this.value(...names);
    if (typeof value === "number" || typeof value === "bigint") return String(value);
    return typeof value === "string" && value !== "" ? value : undefined;
  }
}

export function metadataAttributes(metadata: unknown): Attributes {
  return metadata === undefined ? {} : { [Attr.METADATA]: stringifyValue(metadata) };
}

/** OpenInference's key, and the plain one that other viewers look for. */
export function tagAttributes(tags: unknown): Attributes {
  if (tags === undefined) return {};
  const list = (Array.isArray(tags) ? tags : [tags]).map(stringifyValue);
  return { [Attr.TAGS]: list, tags: list };
}
