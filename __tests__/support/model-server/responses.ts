// Scripts for the Responses API. A script says what the model puts out; whether that goes out whole,
// as a stream, or is made in the background is up to the request.

import { errorReply } from "./faults.js";
import type { FunctionCall } from "./chat.js";
import { defined, isObject, objects, type JsonObject } from "./json.js";
import { answeringModel } from "./model-names.js";
import { eventReply, jsonReply, namedEvent, type Reply } from "./reply.js";
import type { ModelRequest } from "./request.js";
import { responseEvents, type StreamEvent } from "./response-events.js";
import { finished, items, type Item } from "./response-items.js";
import { when, type Desk, type Script } from "./script.js";
import { responseUsage, tokenCounts, type TokenCounts } from "./tokens.js";

export interface ResponseOptions {
  model?: string;
  usage?: Partial<TokenCounts> | null;
  /** Further fields of the response, or others instead. */
  fields?: JsonObject;
  /** Characters in each delta; by words otherwise. */
  pieceLength?: number;
  /** Cut short for this reason. */
  incomplete?: "max_output_tokens" | "content_filter";
  /** The response fails, after what it has put out. */
  failed?: { code: string; message: string };
  /** A stream breaks off with an `error` event; without a stream it is a 500. */
  error?: { code: string; message: string };
  /** How often a background response is looked up before it is done. */
  polls?: number;
}

const BACKGROUND_POLLS = 2;

/** What a request says of the response it gets. */
const REPEATED: Readonly<JsonObject> = {
  background: false,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  parallel_tool_calls: true,
  previous_response_id: null,
  prompt: null,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  service_tier: "default",
  store: true,
  temperature: 1,
  text: { format: { type: "text" }, verbosity: "medium" },
  tool_choice: "auto",
  tools: [],
  top_logprobs: 0,
  top_p: 1,
  truncation: "disabled",
  user: null,
  metadata: {},
};

function output(wanted: readonly Item[], options: ResponseOptions = {}): Script {
  return when("responses", (request, desk) => {
    const refused = contradiction(request, desk);
    if (refused !== undefined) return refused;
    const { body } = request;
    if (options.error !== undefined && body["stream"] !== true) {
      return errorReply(500, options.error);
    }
    const response = makeResponse(wanted, options, request, desk);
    const events = (): StreamEvent[] => responseEvents(response, options);
    const waiting = keep(response, events, options, request, desk);
    if (body["stream"] === true) return eventReply(events().map(namedEvent));
    return jsonReply(waiting ?? response);
  });
}

function makeResponse(
  wanted: readonly Item[],
  options: ResponseOptions,
  { body }: ModelRequest,
  { ids }: Desk,
): JsonObject {
  const id = ids.next("resp");
  const made: JsonObject[] = wanted.map((item) => finished(item, ids, body["include"]));
  const last = made.at(-1);
  if (options.incomplete !== undefined && last !== undefined) last["status"] = "incomplete";
  const usage =
    options.usage === null || options.failed !== undefined
      ? null
      : responseUsage(tokenCounts([body["instructions"], body["input"]], made, options.usage));
  const status = options.failed ? "failed" : options.incomplete ? "incomplete" : "completed";
  return {
    id,
    object: "response",
    created_at: ids.now(),
    ...repeated(body),
    model: options.model ?? answeringModel(body["model"]),
    status,
    ...(status === "completed" && { completed_at: ids.now() + 1 }),
    error: options.failed ?? null,
    incomplete_details: options.incomplete ? { reason: options.incomplete } : null,
    output: made,
    usage,
    ...options.fields,
  };
}

function repeated(body: JsonObject): JsonObject {
  const given = Object.keys(REPEATED).map((key) => [key, body[key] ?? REPEATED[key]] as const);
  const id = conversationId(body);
  return {
    ...Object.fromEntries(given),
    tools: objects(body["tools"]).map(withoutSecrets),
    ...(id !== undefined && { conversation: { id } }),
  };
}

/** A tool's credentials are not sent back. */
function withoutSecrets(tool: JsonObject): JsonObject {
  const { authorization: _, ...rest } = tool;
  return tool["type"] === "mcp" ? { ...rest, headers: null } : tool;
}

function conversationId(body: JsonObject): unknown {
  const { conversation } = body;
  return isObject(conversation) ? conversation["id"] : (conversation ?? undefined);
}

/** A reference to what the server does not have. */
function contradiction({ body }: ModelRequest, { store }: Desk): Reply | undefined {
  const { previous_response_id: previous } = body;
  if (typeof previous === "string" && store.find(previous) === undefined) {
    const message = `Previous response with id '${previous}' not found.`;
    const param = "previous_response_id";
    return errorReply(400, { message, param, code: "previous_response_not_found" });
  }
  const id = conversationId(body);
  if (id === undefined || store.conversation(id) !== undefined) return undefined;
  const message = `Conversation with id '${String(id)}' not found.`;
  return errorReply(404, { message, code: null });
}

/** The response as it is now, when it is to be made in the background. */
function keep(
  response: JsonObject,
  events: () => StreamEvent[],
  options: ResponseOptions,
  request: ModelRequest,
  { store }: Desk,
): JsonObject | undefined {
  const { body } = request;
  const input = inputItems(body);
  const added = [...input, ...objects(response["output"])];
  store.conversation(conversationId(body))?.items.push(...added);
  if (body["store"] === false) return undefined;
  const background = body["background"] === true && body["stream"] !== true;
  const stored = {
    response,
    events,
    input,
    history: [...(store.find(body["previous_response_id"])?.history ?? []), ...added],
    pollsLeft: background ? (options.polls ?? BACKGROUND_POLLS) : 0,
    seen: false,
  };
  store.keep(String(response["id"]), stored);
  return background ? store.look(stored) : undefined;
}

/** The input as items, also where it is a mere text. */
export function inputItems({ input }: JsonObject): JsonObject[] {
  if (typeof input !== "string") return objects(input).map(defined);
  const content = [{ type: "input_text", text: input }];
  return input === "" ? [] : [{ type: "message", role: "user", content }];
}

/** All that was said before and is said now, wherever the request has it from. */
export function said({ body }: ModelRequest, { store }: Desk): JsonObject[] {
  const before =
    store.find(body["previous_response_id"])?.history ??
    store.conversation(conversationId(body))?.items ??
    [];
  return [...before, ...inputItems(body)];
}

export const responses = {
  output,
  text: (text: string, options?: ResponseOptions) => output([items.text(text)], options),
  /** Structured output. */
  json: (value: unknown, options?: ResponseOptions) =>
    output([items.text(JSON.stringify(value))], options),
  refusal: (refusal: string, options?: ResponseOptions) =>
    output([items.refusal(refusal)], options),
  toolCall: (call: FunctionCall, options?: ResponseOptions) =>
    output([items.functionCall(call)], options),
  toolCalls: (calls: readonly FunctionCall[], options?: ResponseOptions) =>
    output(calls.map(items.functionCall), options),
  failed: (code: string, message: string, options?: ResponseOptions) =>
    output([], { ...options, failed: { code, message } }),
};
