/**
 * A model call of which only a span of the SDK's tells: the client is not instrumented, or the app
 * has made the span itself. What the span holds is read as the request and the answer.
 */
import type { Span } from "@opentelemetry/api";

import type { PartKind } from "../../handoff/parts.js";
import { Attr } from "../../semconv.js";
import { setContent, setJson, setSpanAttribute } from "../../spans/values.js";
import { recordSpanUsage } from "../../spans/usage.js";
import { fieldsOf } from "../openai/fields.js";
import { outline } from "../openai/outline.js";
import { snapshotsFor } from "../snapshots.js";
import { setMessages } from "./messages.js";
import type { SpanData } from "./sdk.js";

export function fillModelCall(span: Span, data: SpanData, withPayloads: boolean): void {
  if (data.type === "response") fillResponse(span, data, withPayloads);
  else if (isCompletion(data)) fillCompletion(span, data, withPayloads);
  else fillGeneration(span, data, withPayloads);
}

/** What a response repeats of its request. */
const REPEATED = [
  "model",
  "instructions",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "temperature",
  "top_p",
  "max_output_tokens",
  "previous_response_id",
  "reasoning",
  "text",
] as const;

function fillResponse(span: Span, data: SpanData, withPayloads: boolean): void {
  const { response_id: id, _input: input, _response: response } = data;
  if (response === undefined && input === undefined && id === undefined) return;
  const answer = fieldsOf(response ?? { id });
  const repeated = REPEATED.flatMap((name) => {
    const value = answer[name];
    return value === undefined || value === null ? [] : [[name, value] as const];
  });
  const request = { ...Object.fromEntries(repeated), ...(input !== undefined && { input }) };
  capture(span, withPayloads, {
    "openai.responses.request": request,
    "openai.responses.response": answer,
  });
}

/** The SDK's own models record whole completions, other models the messages in them. */
function isCompletion({ output }: SpanData): boolean {
  return Array.isArray(output) && Array.isArray(fieldsOf(output[0])["choices"]);
}

function fillCompletion(span: Span, data: SpanData, withPayloads: boolean): void {
  const { model, model_config: config, input, output, usage } = data;
  const [answer] = output as unknown[];
  const { base_url: _, ...settings } = fieldsOf(config);
  capture(span, withPayloads, {
    "openai.chat.request": { model, ...settings, messages: input },
    "openai.chat.response": answer,
  });
  recordSpanUsage(span, usage);
}

function capture(
  span: Span,
  withPayloads: boolean,
  parts: Readonly<Partial<Record<PartKind, unknown>>>,
): void {
  const snapshots = snapshotsFor(span);
  for (const [name, value] of Object.entries(parts)) {
    const kind = name as PartKind;
    snapshots.capture(kind, withPayloads ? value : outline(kind, value));
  }
  snapshots.settle?.();
}

/** Of whatever provider: nothing says which. */
function fillGeneration(span: Span, data: SpanData, withPayloads: boolean): void {
  const { model, model_config: config, input, output, usage } = data;
  setSpanAttribute(span, Attr.MODEL_NAME, model);
  recordSpanUsage(span, usage);
  if (!withPayloads) return;
  if (Object.keys(fieldsOf(config)).length > 0) setJson(span, Attr.INVOCATION_PARAMETERS, config);
  for (const [side, value] of [
    ["input", input],
    ["output", output],
  ] as const) {
    if (value === undefined || value === null) continue;
    setContent(span, side, value);
    setMessages(span, side, value);
  }
}
