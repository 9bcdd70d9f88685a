/** What went wrong in a span: the exceptions that it recorded, or the message of its status. */
import { text } from "../data/messages.js";
import { h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { longText } from "../ui/long-text.js";
import { oneLine } from "../ui/visible-text.js";

/** @import { SpanDetail } from "../api-types.js" */

/** @param {Pick<SpanDetail, "events" | "status" | "statusMessage">} detail */
export function errors({ events, status, statusMessage }) {
  const exceptions = events
    .filter(({ name }) => name === "exception")
    .map(({ attributes }) => {
      const [type, message, stack] = ["type", "message", "stacktrace"].map((key) =>
        text(attributes[`exception.${key}`]),
      );
      return errorCard(type || "Error", message ?? "", stack ?? "");
    });
  if (exceptions.length > 0 || status !== "error") return exceptions;
  return [errorCard("Error", statusMessage, "")];
}

/**
 * @param {string} type
 * @param {string} message
 * @param {string} stack
 */
export function errorCard(type, message, stack) {
  return h(
    "div",
    { class: "error-card", role: "group", "aria-label": "Error" },
    h("header", {}, icon("error"), h("b", {}, oneLine(type, 120))),
    message === "" ? null : longText(message),
    stack === ""
      ? null
      : h("details", {}, h("summary", {}, "Stack"), longText(stack, { className: "stack" })),
  );
}
