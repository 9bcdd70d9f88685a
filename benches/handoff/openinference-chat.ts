/**
 * A chat completion as span attributes, computed in JS on the event loop: what the rivals' own
 * instrumentations do for every call, and what this package leaves to its native thread.
 *
 * The attributes are those that this package puts on the wire for the same call; `--verify`
 * compares them contender by contender.
 */
import type { Attributes } from "@opentelemetry/api";

import type { ChatMessage, ChatRequest, ChatResponse } from "../support/chat.js";

function message(attributes: Attributes, prefix: string, from: ChatMessage): void {
  attributes[`${prefix}.message.role`] = from.role;
  if (from.content !== null) attributes[`${prefix}.message.content`] = from.content;
  if (from.tool_call_id !== undefined) {
    attributes[`${prefix}.message.tool_call_id`] = from.tool_call_id;
  }
  from.tool_calls?.forEach((call, index) => {
    const callPrefix = `${prefix}.message.tool_calls.${index}.tool_call`;
    attributes[`${callPrefix}.id`] = call.id;
    attributes[`${callPrefix}.function.name`] = call.function.name;
    attributes[`${callPrefix}.function.arguments`] = call.function.arguments;
  });
}

function requestAttributes(attributes: Attributes, request: ChatRequest): void {
  const { messages, tools, ...parameters } = request;
  attributes["gen_ai.request.model"] = request.model;
  attributes["gen_ai.request.temperature"] = request.temperature;
  attributes["gen_ai.request.top_p"] = request.top_p;
  attributes["gen_ai.request.max_tokens"] = request.max_completion_tokens;
  attributes["llm.invocation_parameters"] = JSON.stringify(parameters);
  attributes["input.value"] = JSON.stringify(request);
  attributes["input.mime_type"] = "application/json";
  messages.forEach((each, index) => message(attributes, `llm.input_messages.${index}`, each));
  tools.forEach((tool, index) => {
    attributes[`llm.tools.${index}.tool.json_schema`] = JSON.stringify(tool);
  });
}

function responseAttributes(attributes: Attributes, response: ChatResponse): void {
  attributes["llm.model_name"] = response.model;
  attributes["llm.response.model_name"] = response.model;
  attributes["gen_ai.response.model"] = response.model;
  attributes["gen_ai.response.id"] = response.id;
  attributes["gen_ai.response.finish_reasons"] = response.choices.map(
    (choice) => choice.finish_reason,
  );
  attributes["output.value"] = JSON.stringify(response);
  attributes["output.mime_type"] = "application/json";
  for (const choice of response.choices) {
    message(attributes, `llm.output_messages.${choice.index}`, choice.message);
    attributes["llm.finish_reason"] = choice.finish_reason;
  }
  const { usage } = response;
  attributes["llm.token_count.prompt"] = usage.prompt_tokens;
  attributes["llm.token_count.completion"] = usage.completion_tokens;
  attributes["llm.token_count.total"] = usage.total_tokens;
  attributes["llm.token_count.prompt_details.cache_read"] =
    usage.prompt_tokens_details.cached_tokens;
  attributes["llm.token_count.prompt_details.audio"] = usage.prompt_tokens_details.audio_tokens;
  attributes["llm.token_count.completion_details.reasoning"] =
    usage.completion_tokens_details.reasoning_tokens;
  attributes["llm.token_count.completion_details.audio"] =
    usage.completion_tokens_details.audio_tokens;
  attributes["gen_ai.usage.input_tokens"] = usage.prompt_tokens;
  attributes["gen_ai.usage.output_tokens"] = usage.completion_tokens;
  attributes["gen_ai.usage.cache_read.input_tokens"] = usage.prompt_tokens_details.cached_tokens;
  attributes["gen_ai.usage.reasoning.output_tokens"] =
    usage.completion_tokens_details.reasoning_tokens;
}

/** Every attribute of one chat completion's span. */
export function openInferenceChat(request: ChatRequest, response: ChatResponse): Attributes {
  const attributes: Attributes = {
    "openinference.span.kind": "LLM",
    "llm.system": "openai",
    "llm.provider": "openai",
    "llm.request.model_name": request.model,
    "gen_ai.system": "openai",
    "gen_ai.provider.name": "openai",
    "gen_ai.operation.name": "chat",
  };
  requestAttributes(attributes, request);
  responseAttributes(attributes, response);
  return attributes;
}
