/**
 * A model call of which only the Agents SDK tells: by a model of the app's own, or by a client that
 * is not instrumented. What its span holds is read as the request and the answer that it stands for.
 */
import type { Span } from "@opentelemetry/api";

import { recordSpanUsage } from "../../spans/usage.js";
import { fieldsOf } from "../openai/fields.js";
import { snapshotsFor } from "../snapshots.js";
import type { SpanData } from "./sdk.js";

export function fillModelCall(span: Span, data: SpanData): void {
  if (data.type === "response") fillResponse(span, data);
  else fillGeneration(span, data);
}

function fillResponse(
  span: Span,
  { response_id: id, _input: input, _response: response }: SpanData,
) {
  const snapshots = snapshotsFor(span);
  const { model } = fieldsOf(response);
  if (input !== undefined) snapshots.capture("openai.responses.request", { model, input });
  const answer = response ?? (id === undefined ? undefined : { id });
  if (answer !== undefined) snapshots.capture("openai.responses.response", answer);
  snapshots.settle();
}

function fillGeneration(span: Span, data: SpanData): void {
  const { model, model_config: config, input, output, usage } = data;
  const snapshots = snapshotsFor(span);
  snapshots.capture("openai.chat.request", { model, ...fieldsOf(config), messages: input });
  const answer = answerIn(output);
  if (answer !== undefined) snapshots.capture("openai.chat.response", { model, ...answer });
  snapshots.settle();
  recordSpanUsage(span, usage);
}

/** The SDK's own models record whole completions, others the messages in them. */
function answerIn(output: unknown): object | undefined {
  if (!Array.isArray(output) || output.length === 0) return undefined;
  const [first] = output as unknown[];
  if (Array.isArray(fieldsOf(first)["choices"])) return fieldsOf(first);
  return { choices: (output as unknown[]).map((message, index) => ({ index, message })) };
}
