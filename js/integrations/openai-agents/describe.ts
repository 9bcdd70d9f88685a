/**
 * What a span of the Agents SDK's is to OpenInference: its name, its kind, and the attributes that
 * its data amount to. The aggregated usage of tasks and turns goes out under names of its own: as
 * token counts it would be counted twice.
 */
import { type Span, SpanKind, type SpanOptions } from "@opentelemetry/api";

import { Attr, SpanKindValues, type SpanKindValue } from "../../semconv.js";
import { JSON_TYPE, setContent, setJson, setSpanAttribute, TEXT } from "../../spans/values.js";
import { serverData, serverName } from "./credentials.js";
import type { SpanData } from "./sdk.js";

interface Description {
  readonly kind: SpanKindValue;
  readonly name: (data: SpanData) => string;
  /** The SDK does not know all of it at the start. */
  readonly isNamedLate?: true;
  /** At the end, when the SDK has filled in what it knows. */
  readonly fill: (span: Span, data: SpanData) => void;
}

const { AGENT, CHAIN, GUARDRAIL, LLM, TOOL } = SpanKindValues;

const DESCRIPTIONS: Readonly<Record<string, Description>> = {
  agent: {
    kind: AGENT,
    name: (data) => textIn(data, "name") ?? "Agent",
    fill: (span, data) => {
      setSpanAttribute(span, "agent.tools", data["tools"]);
      setSpanAttribute(span, "agent.handoffs", data["handoffs"]);
      setSpanAttribute(span, "agent.output_type", data["output_type"]);
    },
  },
  function: {
    kind: TOOL,
    name: (data) => textIn(data, "name") ?? "tool",
    fill: (span, data) => {
      setSpanAttribute(span, Attr.TOOL_NAME, data["name"]);
      setArguments(span, "input", data["input"]);
      setArguments(span, "output", data["output"]);
      if (data["mcp_data"] !== undefined) setJson(span, "mcp.data", serverData(data["mcp_data"]));
    },
  },
  handoff: {
    kind: CHAIN,
    name: (data) => {
      const to = textIn(data, "to_agent");
      return to === undefined ? "handoff" : `handoff to ${to}`;
    },
    isNamedLate: true,
    fill: (span, data) => {
      setSpanAttribute(span, "handoff.from_agent", data["from_agent"]);
      setSpanAttribute(span, "handoff.to_agent", data["to_agent"]);
    },
  },
  guardrail: {
    kind: GUARDRAIL,
    name: (data) => textIn(data, "name") ?? "guardrail",
    fill: (span, data) => {
      setSpanAttribute(span, "guardrail.name", data["name"]);
      setSpanAttribute(span, "guardrail.triggered", data["triggered"]);
    },
  },
  mcp_tools: {
    kind: CHAIN,
    name: ({ type, server }) =>
      `list MCP tools${suffix({ type, server: serverName(server) }, "server")}`,
    fill: (span, data) => {
      setSpanAttribute(span, "mcp.server", serverName(data["server"]));
      setFilled(span, "output", data["result"]);
    },
  },
  custom: {
    kind: CHAIN,
    name: (data) => textIn(data, "name") ?? "custom",
    isNamedLate: true,
    fill: (span, data) => setFilled(span, "input", data["data"]),
  },
  task: {
    kind: CHAIN,
    name: () => "task",
    fill: (span, data) => {
      setSpanAttribute(span, "openai.agents.task", data["name"]);
      setUsage(span, data);
    },
  },
  turn: {
    kind: CHAIN,
    name: (data) => `turn${suffix(data, "turn")}`,
    fill: (span, data) => {
      setSpanAttribute(span, "openai.agents.turn", data["turn"]);
      setUsage(span, data);
    },
  },
  response: { kind: LLM, name: () => "response", fill: () => undefined },
  generation: { kind: LLM, name: () => "generation", fill: () => undefined },
  transcription: {
    kind: LLM,
    name: () => "transcription",
    fill: (span, data) => {
      setModel(span, data);
      setFilled(span, "output", data["output"]);
    },
  },
  speech: {
    kind: LLM,
    name: () => "speech",
    fill: (span, data) => {
      setModel(span, data);
      setFilled(span, "input", data["input"]);
    },
  },
  speech_group: {
    kind: CHAIN,
    name: () => "speech group",
    fill: (span, data) => setFilled(span, "input", data["input"]),
  },
};

/** What a later version of the SDK may bring. */
const UNKNOWN: Description = {
  kind: CHAIN,
  name: (data) => textIn(data, "name") ?? data.type,
  fill: (span, { type, ...data }) => setFilled(span, "input", { type, ...data }),
};

/** Those that stand for a call of a model that writes, and hold what it was asked. */
export function isModelCall({ type }: Pick<SpanData, "type">): boolean {
  return type === "response" || type === "generation";
}

/** With what a span of that type starts. */
function startOptions(type: string, kind: SpanKindValue): SpanOptions {
  return {
    kind: isModelCall({ type }) ? SpanKind.CLIENT : SpanKind.INTERNAL,
    attributes: { [Attr.SPAN_KIND]: kind, "openai.agents.span_type": type },
  };
}

/** Made once: every span starts with one of these. */
const START_OPTIONS: ReadonlyMap<string, SpanOptions> = new Map(
  Object.entries(DESCRIPTIONS).map(([type, { kind }]) => [type, startOptions(type, kind)]),
);

export function startOptionsOf({ type }: SpanData): SpanOptions {
  return START_OPTIONS.get(type) ?? startOptions(type, UNKNOWN.kind);
}

export function describe(data: SpanData): Description {
  return DESCRIPTIONS[data.type] ?? UNKNOWN;
}

/** By what JSON begins with, unless it is a mere word, number or string. */
const END_OF_JSON: ReadonlyMap<string | undefined, string> = new Map([
  ["{", "}"],
  ["[", "]"],
]);

/** Arguments and results of tools are texts that mostly hold JSON. */
function setArguments(span: Span, name: "input" | "output", value: unknown): void {
  if (value === undefined || value === null || value === "") return;
  const isText = typeof value === "string" && !isJson(value);
  setContent(span, name, value, isText ? TEXT : JSON_TYPE);
}

function isJson(text: string): boolean {
  // Looking at the ends is enough to choose how it is shown; parsing it here would cost too much.
  const ends = END_OF_JSON.get(text.trimStart().at(0));
  return ends !== undefined && text.trimEnd().at(-1) === ends;
}

function setFilled(span: Span, name: "input" | "output", value: unknown): void {
  if (value !== undefined && value !== null) setContent(span, name, value);
}

function setUsage(span: Span, data: SpanData): void {
  if (data["usage"] !== undefined) setJson(span, "openai.agents.usage", data["usage"]);
}

function setModel(span: Span, data: SpanData): void {
  setSpanAttribute(span, Attr.MODEL_NAME, data["model"]);
  if (data["model_config"] !== undefined) {
    setJson(span, Attr.INVOCATION_PARAMETERS, data["model_config"]);
  }
}

function suffix(data: SpanData, field: string): string {
  const value = data[field];
  return typeof value === "string" || typeof value === "number" ? ` ${value}` : "";
}

function textIn(data: SpanData, field: string): string | undefined {
  const value = data[field];
  return typeof value === "string" && value !== "" ? value : undefined;
}
