/** A span's events, with the time since it began, and its links to other spans. */
import { duration, msBetween } from "../data/format.js";
import { text } from "../data/messages.js";
import { href } from "../data/route.js";
import { h } from "../ui/dom.js";
import { longText } from "../ui/long-text.js";
import { oneLine, visible } from "../ui/visible-text.js";
import { errorCard } from "./errors.js";

/** @import { Attributes, SpanDetail } from "../api-types.js" */

/** @param {SpanDetail} detail */
export function spanEvents({ events, links, startNs }) {
  if (events.length === 0 && links.length === 0)
    return h("p", { class: "dim nothing" }, "This span has no events and no links.");
  return h(
    "div",
    { class: "contents" },
    ...events.map(({ name, timeNs, attributes }) =>
      h(
        "section",
        {},
        h(
          "h3",
          {},
          oneLine(name, 120) || "(unnamed)",
          h("span", { class: "dim" }, ` +${duration(msBetween(timeNs, startNs))}`),
        ),
        name === "exception" ? exception(attributes) : pairs(attributes),
      ),
    ),
    ...links.map(({ traceId, spanId, attributes }) =>
      h(
        "section",
        {},
        h(
          "h3",
          {},
          "Link to ",
          h(
            "a",
            { href: href("trace", traceId, { span: spanId }) },
            `${traceId.slice(0, 8)} / ${spanId.slice(0, 8)}`,
          ),
        ),
        pairs(attributes),
      ),
    ),
  );
}

/** @param {Attributes} attributes */
function exception(attributes) {
  const [type = "", message = "", stack = ""] = ["type", "message", "stacktrace"].map((key) =>
    text(attributes[`exception.${key}`]),
  );
  return errorCard(type || "Error", message, stack);
}

/** @param {Attributes} attributes */
function pairs(attributes) {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return h("p", { class: "dim" }, "No attributes");
  return h(
    "table",
    {},
    h(
      "tbody",
      {},
      ...entries.map(([key, value]) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, visible(key)),
          h("td", {}, longText(text(value), { shown: 300 })),
        ),
      ),
    ),
  );
}
