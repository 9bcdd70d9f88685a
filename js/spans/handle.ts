/**
 * The handle that `agentSpan`, `manualSpan`, `observe` and `getCurrentSpan` give: one span, with
 * methods that know OpenInference's names. No method throws; each returns the handle.
 */
import type { Attributes, Exception, Span, SpanStatus, TimeInput } from "@opentelemetry/api";

import { formatTraceparent } from "../capture/traceparent.js";
import { type Fields, read } from "../handoff/stand-ins.js";
import { Attr } from "../semconv.js";
import { guarded } from "./guard.js";
import { screened } from "./screened.js";
import { recordSpanUsage, type TokenUsage } from "./usage.js";
import { setContent, setJson, setSpanAttribute, setSpanAttributes } from "./values.js";

/** What a tool is and which call of it a span stands for. */
export interface ToolInfo {
  name?: string | undefined;
  /** The id that the model gave the call. */
  callId?: string | undefined;
  description?: string | undefined;
  /** The JSON schema of its parameters. */
  parameters?: unknown;
}

export interface AgentSpanHandle {
  /** The OpenTelemetry span. */
  readonly raw: Span;
  readonly traceId: string;
  readonly spanId: string;
  /** The W3C header that makes another process's spans children of this one. */
  readonly traceparent: string;
  /** A string goes out as text, anything else as JSON. */
  setInput(value: unknown): this;
  setOutput(value: unknown): this;
  recordTokens(usage: TokenUsage): this;
  /** Takes the usage of any provider as it was reported. */
  recordUsage(usage: unknown): this;
  setModel(model: string): this;
  setOutcome(outcome: string): this;
  setStopReason(reason: string): this;
  setFinalized(isFinalized: boolean): this;
  setTool(tool: string | ToolInfo): this;
  /** A value of any type; objects go out as JSON. */
  setAttribute(key: string, value: unknown): this;
  setAttributes(attributes: Readonly<Record<string, unknown>>): this;
  addEvent(name: string, attributes?: Attributes, time?: TimeInput): this;
  setStatus(status: SpanStatus): this;
  recordException(exception: unknown, time?: TimeInput): this;
}

export class SpanHandle implements AgentSpanHandle {
  constructor(readonly raw: Span) {}

  get traceId(): string {
    return this.raw.spanContext().traceId;
  }

  get spanId(): string {
    return this.raw.spanContext().spanId;
  }

  get traceparent(): string {
    return formatTraceparent(this.raw.spanContext());
  }

  setInput(value: unknown): this {
    return this.safely(() => setContent(this.raw, "input", value));
  }

  setOutput(value: unknown): this {
    return this.safely(() => setContent(this.raw, "output", value));
  }

  recordTokens(usage: TokenUsage): this {
    return this.recordUsage(usage);
  }

  recordUsage(usage: unknown): this {
    return this.safely(() => recordSpanUsage(this.raw, usage));
  }

  setModel(model: string): this {
    return this.setAttribute(Attr.MODEL_NAME, model);
  }

  setOutcome(outcome: string): this {
    return this.setAttribute(Attr.AGENT_OUTCOME, outcome);
  }

  setStopReason(reason: string): this {
    return this.setAttribute(Attr.AGENT_STOP_REASON, reason);
  }

  setFinalized(isFinalized: boolean): this {
    return this.setAttribute(Attr.AGENT_FINALIZED, isFinalized);
  }

  setTool(tool: string | ToolInfo): this {
    if (typeof tool === "string") return this.setAttribute(Attr.TOOL_NAME, tool);
    if (typeof tool !== "object" || tool === null) return this;
    const field = (name: keyof ToolInfo): unknown => read(tool as Fields, name);
    this.setAttribute(Attr.TOOL_NAME, field("name"));
    this.setAttribute(Attr.TOOL_CALL_ID, field("callId"));
    this.setAttribute(Attr.TOOL_DESCRIPTION, field("description"));
    const parameters = field("parameters");
    if (parameters === undefined) return this;
    return this.safely(() => setJson(this.raw, Attr.TOOL_PARAMETERS, parameters));
  }

  setAttribute(key: string, value: unknown): this {
    return this.safely(() => setSpanAttribute(this.raw, key, value));
  }

  setAttributes(attributes: Readonly<Record<string, unknown>>): this {
    return this.safely(() => setSpanAttributes(this.raw, attributes));
  }

  addEvent(name: string, attributes?: Attributes, time?: TimeInput): this {
    return this.safely(() => screened(this.raw).addEvent(name, attributes, time));
  }

  setStatus(status: SpanStatus): this {
    return this.safely(() => screened(this.raw).setStatus(status));
  }

  recordException(exception: unknown, time?: TimeInput): this {
    return this.safely(() => screened(this.raw).recordException(exception as Exception, time));
  }

  /** The span may be anybody's. */
  private safely(act: () => unknown): this {
    guarded(act);
    return this;
  }
}
