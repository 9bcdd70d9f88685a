// What a model is asked, the same for both APIs: the last thing the user said, what was done since,
// and which tools there are. Read from the request, and for the Responses API also from what the
// server remembers.

import { isObject, object, objects, text, type JsonObject } from "./json.js";
import type { ModelRequest } from "./request.js";
import { said } from "./responses.js";
import type { Desk } from "./script.js";

export interface Tool {
  name: string;
  description: string;
  parameters: unknown;
  /** Takes free text. */
  custom: boolean;
}

interface Called {
  name: string;
  /** What the tool gave; undefined while it has not. */
  result: string | undefined;
}

export interface Turn {
  instructions: string;
  question: string;
  /** Since the question. */
  calls: readonly Called[];
  tools: readonly Tool[];
  /** Those that the API itself runs, by type. */
  builtIn: readonly JsonObject[];
  /** A tool has to be called, or this very one; or none may be. */
  choice: "auto" | "none" | "required" | { name: string };
  /** A schema that the answer has to follow. */
  schema: unknown;
  /** The request as it came. */
  body: JsonObject;
}

export function chatTurn({ body }: ModelRequest): Turn {
  const messages = objects(body["messages"]);
  const system = messages.filter(({ role }) => role === "system" || role === "developer");
  const asked = messages.findLastIndex(({ role }) => role === "user");
  const since = messages.slice(asked + 1);
  const results = new Map(
    since.map((message) => [message["tool_call_id"], spoken(message["content"])]),
  );
  const calls = since
    .flatMap((message) => objects(message["tool_calls"]))
    .map((call): Called => {
      const { name } = object(call["function"] ?? call["custom"]);
      return { name: text(name), result: results.get(call["id"]) };
    });
  const format = object(body["response_format"]);
  return {
    instructions: system.map(({ content }) => spoken(content)).join("\n"),
    question: spoken(messages[asked]?.["content"]),
    calls,
    tools: objects(body["tools"]).map((tool) => asTool(object(tool[text(tool["type"])]), tool)),
    builtIn: [],
    choice: choiceOf(body["tool_choice"]),
    schema: object(format["json_schema"])["schema"],
    body,
  };
}

export function responseTurn(request: ModelRequest, desk: Desk): Turn {
  const { body } = request;
  const all = said(request, desk);
  const asked = all.findLastIndex(({ role }) => role === "user");
  const since = all.slice(asked + 1);
  const results = new Map(
    since
      .filter(({ type }) => text(type).endsWith("_call_output"))
      .map((item) => [item["call_id"], spoken(item["output"])]),
  );
  const calls = since
    .filter(({ type }) => type === "function_call" || type === "custom_tool_call")
    .map((call): Called => {
      return { name: text(call["name"]), result: results.get(call["call_id"]) };
    });
  const tools = objects(body["tools"]);
  const own = (tool: JsonObject): boolean =>
    tool["type"] === "function" || tool["type"] === "custom";
  return {
    instructions: text(body["instructions"]),
    question: spoken(all[asked]?.["content"]),
    calls,
    tools: tools.filter(own).map((tool) => asTool(tool, tool)),
    builtIn: tools.filter((tool) => !own(tool)),
    choice: choiceOf(body["tool_choice"]),
    schema: object(object(body["text"])["format"])["schema"],
    body,
  };
}

function asTool(described: JsonObject, { type }: JsonObject): Tool {
  return {
    name: text(described["name"]),
    description: text(described["description"]),
    parameters: described["parameters"],
    custom: type === "custom",
  };
}

function choiceOf(given: unknown): Turn["choice"] {
  if (given === "none" || given === "required") return given;
  if (!isObject(given)) return "auto";
  const { name } = { ...object(given["function"] ?? given["custom"]), ...given };
  return typeof name === "string" ? { name } : "auto";
}

/** The words of a content that is a text, a list of parts, or a value of another kind. */
function spoken(content: unknown): string {
  if (typeof content === "string") return content;
  if (isObject(content)) return text(content["text"], JSON.stringify(content));
  return objects(content)
    .map((part) => text(part["text"]))
    .join("");
}
