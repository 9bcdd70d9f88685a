/**
 * Messages as OpenInference has them, from the items of the SDK's protocol and from messages as in
 * chat completions: what models of other providers than OpenAI are asked and answer.
 */
import type { AttributeValue, Span } from "@opentelemetry/api";

import { screened } from "../../spans/screened.js";
import { stringifyValue } from "../../spans/values.js";
import { type Fields, fieldsOf } from "../openai/fields.js";

/** @param value - a list of items or messages, or the text of the user's only one */
export function setMessages(
  on: Span,
  side: "input" | "output",
  value: unknown,
  instructions?: unknown,
): void {
  const span = screened(on);
  const given: unknown[] = Array.isArray(value) ? value : [{ role: "user", content: value }];
  const all =
    typeof instructions === "string" && instructions !== ""
      ? [{ role: "system", content: instructions }, ...given]
      : given;
  for (const [index, item] of all.entries()) {
    setMessage(span, `llm.${side}_messages.${index}.message`, fieldsOf(item));
  }
}

function setMessage(span: Span, key: string, item: Fields): void {
  const set = (name: string, of: unknown): void => {
    if (of !== undefined && of !== null && of !== "") span.setAttribute(`${key}.${name}`, text(of));
  };
  switch (item["type"]) {
    case "function_call":
      set("role", "assistant");
      setCall(span, key, 0, item["callId"] ?? item["id"], item);
      return;
    case "function_call_result":
      set("role", "tool");
      set("tool_call_id", item["callId"]);
      set("content", textOf(item["output"]));
      return;
    case "reasoning":
      set("role", "assistant");
      set("content", textOf(item["rawContent"] ?? item["content"]));
      return;
    default:
      set("role", item["role"]);
      set("name", item["name"]);
      set("content", item["role"] === undefined ? item : textOf(item["content"]));
      set("tool_call_id", item["tool_call_id"]);
      for (const [index, call] of listIn(item, "tool_calls").entries()) {
        setCall(span, key, index, call["id"], fieldsOf(call["function"]));
      }
  }
}

function setCall(span: Span, message: string, index: number, id: unknown, called: Fields): void {
  const key = `${message}.tool_calls.${index}.tool_call`;
  if (id !== undefined) span.setAttribute(`${key}.id`, text(id));
  span.setAttribute(`${key}.function.name`, text(called["name"] ?? ""));
  if (called["arguments"] !== undefined) {
    span.setAttribute(`${key}.function.arguments`, text(called["arguments"]));
  }
}

/** The text in contents of one part or several; what is no text is shown as JSON. */
function textOf(contents: unknown): unknown {
  if (!Array.isArray(contents)) return fieldsOf(contents)["text"] ?? contents;
  return (contents as unknown[])
    .map((part) => {
      const { text: said, refusal, transcript } = fieldsOf(part);
      return text(said ?? refusal ?? transcript ?? part);
    })
    .join("\n");
}

function text(value: unknown): AttributeValue {
  return stringifyValue(value);
}

function listIn(fields: Fields, name: string): Fields[] {
  const list = fields[name];
  return Array.isArray(list) ? (list as unknown[]).map(fieldsOf) : [];
}
