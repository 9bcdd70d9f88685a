// Scripts for chat completions. A script says what the model answers; whether that goes out whole
// or as a stream is up to the request.

import { chunkEvents } from "./chat-stream.js";
import type { Ids } from "./ids.js";
import { count, defined, type JsonObject } from "./json.js";
import { answeringModel } from "./model-names.js";
import { eventReply, jsonReply } from "./reply.js";
import { when, type Script } from "./script.js";
import { chatUsage, tokenCounts, type TokenCounts } from "./tokens.js";

export interface FunctionCall {
  name: string;
  /** A string is sent as it is, anything else as JSON. */
  arguments?: unknown;
  id?: string;
}

/** A call of a tool that takes free text. */
export interface CustomCall {
  name: string;
  input: string;
  id?: string;
}

export interface ChatAudio {
  transcript: string;
  /** Base64. */
  data: string;
}

export interface ChatChoice {
  content?: string | null;
  refusal?: string;
  /** Of those who offer the same API and show their model's thoughts. */
  reasoning?: string;
  toolCalls?: readonly (FunctionCall | CustomCall)[];
  /** What came before tool calls. */
  functionCall?: FunctionCall;
  audio?: ChatAudio;
  annotations?: readonly unknown[];
  /** By default what follows from the rest. */
  finishReason?: string;
}

export interface ChatOptions {
  model?: string;
  /** Null for an answer without any; a stream has it only when the request asks for it. */
  usage?: Partial<TokenCounts> | null;
  /** Further fields of the completion, or others instead. */
  fields?: JsonObject;
  /** Characters in each piece of a stream's texts; by words otherwise. */
  pieceLength?: number;
  /** Parallel tool calls arrive in turn, not one after the other. */
  interleavedCalls?: boolean;
}

/** One answer with several choices, whatever `n` is. */
function choices(wanted: readonly ChatChoice[], options: ChatOptions = {}): Script {
  return when("chat", ({ body }, { ids }) => {
    const made = wanted.map((each, index) => ({
      index,
      message: message(each, ids),
      logprobs: null,
      finish_reason: each.finishReason ?? finishReason(each),
    }));
    const head = {
      id: ids.next("chatcmpl", "-"),
      created: ids.now(),
      model: options.model ?? answeringModel(body["model"]),
      service_tier: "default",
      system_fingerprint: "fp_0001",
      ...options.fields,
    };
    const output = made.map((each) => each.message);
    const usage =
      options.usage === null
        ? undefined
        : chatUsage(tokenCounts(body["messages"], output, options.usage));
    if (body["stream"] === true) {
      return eventReply(chunkEvents(head, made, usage, body["stream_options"], options));
    }
    return jsonReply(defined({ object: "chat.completion", ...head, choices: made, usage }));
  });
}

/** The same choice as often as the request's `n` wants it. */
function choice(wanted: ChatChoice, options?: ChatOptions): Script {
  return (request, desk) => {
    const n = count(request.body["n"], 1);
    return choices(
      Array.from({ length: n }, () => wanted),
      options,
    )(request, desk);
  };
}

function message(wanted: ChatChoice, ids: Ids): JsonObject {
  const { toolCalls, functionCall: called, audio } = wanted;
  return defined({
    role: "assistant",
    content: wanted.content ?? null,
    reasoning_content: wanted.reasoning,
    refusal: wanted.refusal ?? null,
    annotations: wanted.annotations ?? [],
    tool_calls: toolCalls?.map((call) => toolCall(call, ids)),
    function_call: called && { name: called.name, arguments: argumentText(called) },
    audio: audio && { id: ids.next("audio"), expires_at: ids.now() + 3600, ...audio },
  });
}

function toolCall(call: FunctionCall | CustomCall, ids: Ids): JsonObject {
  const { name, id = ids.next("call") } = call;
  if ("input" in call) return { id, type: "custom", custom: { name, input: call.input } };
  return { id, type: "function", function: { name, arguments: argumentText(call) } };
}

export function argumentText({ arguments: given = {} }: FunctionCall): string {
  return typeof given === "string" ? given : JSON.stringify(given);
}

function finishReason({ toolCalls, functionCall: called }: ChatChoice): string {
  if (toolCalls !== undefined) return "tool_calls";
  return called === undefined ? "stop" : "function_call";
}

export const chat = {
  text: (content: string, options?: ChatOptions) => choice({ content }, options),
  /** Structured output. */
  json: (value: unknown, options?: ChatOptions) =>
    choice({ content: JSON.stringify(value) }, options),
  refusal: (refusal: string, options?: ChatOptions) => choice({ refusal }, options),
  toolCalls: (toolCalls: readonly (FunctionCall | CustomCall)[], options?: ChatOptions) =>
    choice({ toolCalls }, options),
  functionCall: (functionCall: FunctionCall, options?: ChatOptions) =>
    choice({ functionCall }, options),
  audio: (audio: ChatAudio, options?: ChatOptions) => choice({ audio }, options),
  choice,
  choices,
};
