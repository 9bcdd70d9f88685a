// Traces as somebody wishes them, sent through the SDK: spans with times of their own, so that a run
// of a minute, or of yesterday, takes no minute to make.

import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Attributes, Context, Tracer } from "@opentelemetry/api";

export interface Planned {
  name: string;
  kind?: string;
  /** Since its parent began. */
  at?: number;
  ms: number;
  attributes?: Attributes;
  events?: { name: string; at: number; attributes?: Attributes }[];
  error?: { type: string; message: string; stack?: string };
  below?: Planned[];
}

/** Every span gets `shared`, as session, user and agent are inherited. Returns the trace's id. */
export function plant(
  tracer: Tracer,
  planned: Planned,
  startMs: number,
  shared: Attributes = {},
): string {
  // Without recursion: a trace may be as deep as a test wants.
  let traceId = "";
  const waiting: { planned: Planned; startMs: number; parent: Context; shared: Attributes }[] = [
    { planned, startMs, parent: context.active(), shared },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { planned: one, startMs: at, parent } = next;
    const { kind, attributes = {}, below = [] } = one;
    const agent = attributes["agent.name"];
    const inherited = agent === undefined ? next.shared : { ...next.shared, "agent.name": agent };
    const span = tracer.startSpan(
      one.name,
      {
        kind: kind === "LLM" ? SpanKind.CLIENT : SpanKind.INTERNAL,
        startTime: new Date(at),
        attributes: {
          ...inherited,
          ...(kind === undefined ? {} : { "openinference.span.kind": kind }),
          ...attributes,
        },
      },
      parent,
    );
    traceId = span.spanContext().traceId;
    for (const event of one.events ?? [])
      span.addEvent(event.name, event.attributes, new Date(at + event.at));
    if (one.error !== undefined) {
      const { type, message, stack } = one.error;
      span.recordException({ name: type, message, ...(stack && { stack }) }, new Date(at + one.ms));
      span.setStatus({ code: SpanStatusCode.ERROR, message });
    }
    // A number in the past would be taken for one of `performance.now()`.
    span.end(new Date(at + one.ms));
    const inside = trace.setSpan(parent, span);
    for (const child of below) {
      waiting.push({
        planned: child,
        startMs: at + (child.at ?? 0),
        parent: inside,
        shared: inherited,
      });
    }
  }
  return traceId;
}

export interface Said {
  role: string;
  text?: string;
  image?: string;
  reasoning?: string;
  calls?: { id: string; name: string; arguments: unknown }[];
  answers?: string;
}

/** A model call's messages as OpenInference writes them. */
export function messages(direction: "input" | "output", said: readonly Said[]): Attributes {
  const attributes: Attributes = {};
  for (const [index, { role, text, image, reasoning, calls = [], answers }] of said.entries()) {
    const key = `llm.${direction}_messages.${index}.message`;
    attributes[`${key}.role`] = role;
    const parts: Attributes[] = [];
    if (reasoning !== undefined) parts.push({ type: "reasoning", text: reasoning });
    if (image !== undefined) parts.push({ type: "image", "image.image.url": image });
    if (parts.length === 0 && text !== undefined) attributes[`${key}.content`] = text;
    else if (text !== undefined) parts.push({ type: "text", text });
    for (const [place, part] of parts.entries()) {
      for (const [name, value] of Object.entries(part)) {
        attributes[`${key}.contents.${place}.message_content.${name}`] = value;
      }
    }
    for (const [place, wanted] of calls.entries()) {
      const prefix = `${key}.tool_calls.${place}.tool_call`;
      attributes[`${prefix}.id`] = wanted.id;
      attributes[`${prefix}.function.name`] = wanted.name;
      attributes[`${prefix}.function.arguments`] = JSON.stringify(wanted.arguments);
    }
    if (answers !== undefined) attributes[`${key}.tool_call_id`] = answers;
  }
  return attributes;
}

export interface Call {
  model: string;
  at?: number;
  ms: number;
  input: readonly Said[];
  output: readonly Said[];
  /** prompt, completion, of the prompt cached, of the completion reasoning. */
  tokens: readonly [number, number, number?, number?];
  firstTokenMs?: number;
  costUsd?: number;
  tools?: readonly { name: string; description: string; parameters: object }[];
}

/** A model call. */
export function call(options: Call): Planned {
  const { model, at, ms, input, output, tokens, firstTokenMs, costUsd, tools = [] } = options;
  const [prompt, completion, cached, reasoning] = tokens;
  const attributes: Attributes = {
    "llm.system": "openai",
    "llm.model_name": model,
    "llm.invocation_parameters": JSON.stringify({ model, temperature: 0.2, stream: true }),
    "llm.token_count.prompt": prompt,
    "llm.token_count.completion": completion,
    "llm.token_count.total": prompt + completion,
    ...messages("input", input),
    ...messages("output", output),
  };
  if (cached !== undefined) attributes["llm.token_count.prompt_details.cache_read"] = cached;
  if (reasoning !== undefined) {
    attributes["llm.token_count.completion_details.reasoning"] = reasoning;
  }
  if (firstTokenMs !== undefined) {
    attributes["gen_ai.response.time_to_first_chunk"] = firstTokenMs / 1000;
  }
  if (costUsd !== undefined) attributes["llm.cost.total"] = costUsd;
  for (const [index, tool] of tools.entries()) {
    const schema = JSON.stringify({ type: "function", function: tool });
    attributes[`llm.tools.${index}.tool.json_schema`] = schema;
  }
  return { name: "OpenAI Responses", kind: "LLM", ...(at !== undefined && { at }), ms, attributes };
}
