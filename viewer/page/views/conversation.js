/** Messages as a conversation: who said what, what was called with which arguments, what came back. */
import { text } from "../data/messages.js";
import { h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { link, picture } from "../ui/links.js";
import { longText } from "../ui/long-text.js";
import { oneLine } from "../ui/visible-text.js";
import { value } from "./value.js";

/** @import { Message, Part, ToolCall } from "../data/messages.js" */
/** @import { Attributes } from "../api-types.js" */

/** Of a long history the end matters; the rest is a click away. */
const SHOWN_AT_ONCE = 40;
const ROLES = new Set(["system", "developer", "user", "assistant", "tool", "function"]);

/** @param {readonly Message[]} messages */
export function conversation(messages) {
  const calls = new Map(
    messages.flatMap(({ toolCalls }) => toolCalls.map(({ id, name }) => [id, name])),
  );
  const list = h("ol", { class: "conversation" });
  const first = Math.max(0, messages.length - SHOWN_AT_ONCE);
  if (first > 0) {
    const item = h("li", {});
    const more = h(
      "button",
      { type: "button", class: "button more" },
      `Show ${first} earlier messages`,
    );
    more.addEventListener("click", () =>
      item.replaceWith(...messages.slice(0, first).map((message) => said(message, calls))),
    );
    item.append(more);
    list.append(item);
  }
  list.append(...messages.slice(first).map((message) => said(message, calls)));
  return list;
}

/**
 * @param {Message} message
 * @param {ReadonlyMap<string, string>} calls names by id
 */
function said(message, calls) {
  const role = message.role || "message";
  const answers = calls.get(message.toolCallId) ?? "";
  const name = message.name || answers;
  return h(
    "li",
    { class: `message m-${ROLES.has(role) ? role : "other"}` },
    h(
      "header",
      {},
      h("span", { class: "role" }, oneLine(role, 40)),
      name === "" ? null : h("span", { class: "dim" }, oneLine(name, 60)),
      message.toolCallId === ""
        ? null
        : h("code", { class: "call-id" }, oneLine(message.toolCallId, 40)),
    ),
    ...message.parts.map(part),
    ...message.toolCalls.map(toolCall),
    message.parts.length === 0 && message.toolCalls.length === 0
      ? h("p", { class: "dim" }, "(empty)")
      : null,
  );
}

/** @param {Part} part */
function part({ type, text: body, url }) {
  if (type === "reasoning") {
    return h(
      "details",
      { class: "reasoning", open: body.length < 600 },
      h("summary", {}, icon("model"), "Reasoning"),
      longText(body),
    );
  }
  if (url !== undefined)
    return h(
      "div",
      { class: "media" },
      type === "image" ? picture(url) : link(url),
      body === "" ? null : longText(body),
    );
  return value(body);
}

/** @param {ToolCall} call */
export function toolCall({ id, name, arguments: args }) {
  return h(
    "div",
    { class: "tool-call" },
    h(
      "header",
      {},
      icon("tool"),
      h("b", {}, oneLine(name, 120) || "(unnamed)"),
      id === "" ? null : h("code", { class: "call-id" }, oneLine(id, 40)),
    ),
    args === "" || args === "{}" ? null : value(args),
  );
}

/** @param {Attributes} attributes */
export function finishReason(attributes) {
  const reason = text(attributes["llm.finish_reason"]);
  return reason === "" || reason === "stop" ? "" : `ended by ${oneLine(reason, 60)}`;
}
