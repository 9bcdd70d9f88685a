// A finished response as the events of its stream, in the order of the real API: the response as it
// begins, each item from `added` through its own events to `done`, the response as it ended.

import { list, object, objects, text, type JsonObject } from "./json.js";
import { argumentPieces, pieces } from "./pieces.js";
import type { Item } from "./response-items.js";

export interface StreamEvent extends JsonObject {
  type: string;
}

export interface StreamOptions {
  /** Characters in each delta; by words otherwise. */
  pieceLength?: number | undefined;
  /** The stream breaks off with this event where the response would end. */
  error?: { code: string; message: string } | undefined;
}

const ENDINGS: Readonly<Record<string, string>> = {
  completed: "response.completed",
  incomplete: "response.incomplete",
  failed: "response.failed",
};

export function responseEvents(response: JsonObject, options: StreamOptions = {}): StreamEvent[] {
  const queued = response["background"] === true;
  const begun = { ...unfinished(response), status: "in_progress" };
  const events: StreamEvent[] = [
    { type: "response.created", response: queued ? { ...begun, status: "queued" } : begun },
    ...(queued ? [{ type: "response.queued", response: { ...begun, status: "queued" } }] : []),
    { type: "response.in_progress", response: begun },
    ...objects(response["output"]).flatMap((item, index) =>
      itemEvents(item as Item, index, options.pieceLength),
    ),
    options.error === undefined
      ? { type: ENDINGS[text(response["status"])] ?? "response.completed", response }
      : { type: "error", param: null, ...options.error },
  ];
  return events.map((event, sequence_number) => ({ ...event, sequence_number }));
}

/** The response as it is before anything was made. */
export function unfinished(response: JsonObject): JsonObject {
  const { completed_at: _, ...rest } = response;
  return { ...rest, error: null, incomplete_details: null, output: [], usage: null };
}

function itemEvents(item: Item, output_index: number, length?: number): StreamEvent[] {
  const at = { item_id: item["id"], output_index };
  return [
    { type: "response.output_item.added", output_index, item: begunItem(item) },
    ...middleEvents(item, length).map((event) => ({ ...event, ...at })),
    { type: "response.output_item.done", output_index, item },
  ];
}

/** What an item lacks when it begins. */
const UNFILLED: Readonly<Record<string, JsonObject>> = {
  message: { content: [] },
  reasoning: { summary: [] },
  function_call: { arguments: "" },
  custom_tool_call: { input: "" },
  file_search_call: { queries: [], results: null },
  code_interpreter_call: { code: "", outputs: null },
  image_generation_call: { result: null },
  mcp_call: { arguments: "", output: null, error: null },
  mcp_list_tools: { tools: [] },
};

function begunItem(item: Item): JsonObject {
  const { content: _, ...begun } = item;
  const status = "status" in item ? { status: "in_progress" } : {};
  return { ...begun, ...status, ...UNFILLED[item.type] };
}

function middleEvents(item: Item, length?: number): StreamEvent[] {
  const inState = (state: string): StreamEvent => ({ type: `response.${item.type}.${state}` });
  switch (item.type) {
    case "message":
      return objects(item["content"]).flatMap((part, index) => partEvents(part, index, length));
    case "reasoning":
      return reasoningEvents(item, length);
    case "function_call": {
      const { name } = item;
      return deltaEvents("response.function_call_arguments", item, "arguments", { name }, length);
    }
    case "custom_tool_call":
      return deltaEvents("response.custom_tool_call_input", item, "input", {}, length);
    case "web_search_call":
    case "file_search_call":
      return [inState("in_progress"), inState("searching"), inState("completed")];
    case "code_interpreter_call":
      return [
        inState("in_progress"),
        ...deltaEvents("response.code_interpreter_call_code", item, "code", {}, length),
        inState("interpreting"),
        inState("completed"),
      ];
    case "image_generation_call":
      return [
        inState("in_progress"),
        inState("generating"),
        {
          ...inState("partial_image"),
          partial_image_index: 0,
          partial_image_b64: item["result"],
          output_format: item["output_format"],
        },
        inState("completed"),
      ];
    case "mcp_list_tools":
      return [inState("in_progress"), inState("completed")];
    case "mcp_call":
      return [
        inState("in_progress"),
        ...deltaEvents("response.mcp_call_arguments", item, "arguments", {}, length),
        inState(item["status"] === "failed" ? "failed" : "completed"),
      ];
    default:
      return [];
  }
}

function deltaEvents(
  type: string,
  item: JsonObject,
  key: string,
  fields: JsonObject,
  length?: number,
): StreamEvent[] {
  const whole = text(item[key]);
  return [
    ...argumentPieces(whole, length).map((delta) => ({ type: `${type}.delta`, delta })),
    { type: `${type}.done`, [key]: whole, ...fields },
  ];
}

function partEvents(part: JsonObject, content_index: number, length?: number): StreamEvent[] {
  const refused = part["type"] === "refusal";
  const key = refused ? "refusal" : "text";
  const type = refused ? "response.refusal" : "response.output_text";
  const logprobs = refused ? {} : { logprobs: [] };
  const whole = text(part[key]);
  const empty = { ...part, [key]: "", ...(refused ? {} : { annotations: [] }) };
  const events = [
    { type: "response.content_part.added", part: empty },
    ...pieces(whole, length).map((delta) => ({ type: `${type}.delta`, delta, ...logprobs })),
    ...list(part["annotations"]).map((annotation, annotation_index) => ({
      type: "response.output_text.annotation.added",
      annotation_index,
      annotation,
    })),
    { type: `${type}.done`, [key]: whole, ...logprobs },
    { type: "response.content_part.done", part },
  ];
  return events.map((event) => ({ ...event, content_index }));
}

function reasoningEvents(item: Item, length?: number): StreamEvent[] {
  const summary = objects(item["summary"]).flatMap((part, summary_index): StreamEvent[] => {
    const whole = text(part["text"]);
    const type = "response.reasoning_summary_text";
    return [
      { type: "response.reasoning_summary_part.added", part: { ...part, text: "" } },
      ...pieces(whole, length).map((delta) => ({ type: `${type}.delta`, delta })),
      { type: `${type}.done`, text: whole },
      { type: "response.reasoning_summary_part.done", part },
    ].map((event) => ({ ...event, summary_index }));
  });
  const content = objects(item["content"]).flatMap((part, content_index): StreamEvent[] => {
    const whole = text(object(part)["text"]);
    const type = "response.reasoning_text";
    return [
      ...pieces(whole, length).map((delta) => ({ type: `${type}.delta`, delta })),
      { type: `${type}.done`, text: whole },
    ].map((event) => ({ ...event, content_index }));
  });
  return [...summary, ...content];
}
