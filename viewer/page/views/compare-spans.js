/** What differs between two spans: their numbers, and what went in and came out, word by word. */
import { getSpan } from "../data/api.js";
import { messages, text } from "../data/messages.js";
import { textDiff } from "../data/text-diff.js";
import { h } from "../ui/dom.js";
import { kindBadge } from "../ui/kinds.js";
import { longText } from "../ui/long-text.js";
import { oneLine, visible } from "../ui/visible-text.js";
import { errors } from "./errors.js";
import { failure } from "./parts.js";

/** @import { Pair } from "../data/alignment.js" */
/** @import { Attributes, SpanDetail } from "../api-types.js" */

/** Beyond, a difference by words is neither quick nor read. */
const MOST_CHARS = 200_000;

/**
 * @param {string} leftTrace
 * @param {string} rightTrace
 * @param {Pair} pair
 */
export function comparedSpans(leftTrace, rightTrace, pair) {
  const node = pair.left ?? pair.right;
  const content = h("div", {
    class: "span-content",
    tabindex: 0,
    role: "region",
    "aria-label": "Contents of both spans",
  });
  const name = node?.span.name ?? "";
  const load = async () => {
    try {
      const [left, right] = await Promise.all([
        pair.left === undefined ? undefined : getSpan(leftTrace, pair.left.span.spanId),
        pair.right === undefined ? undefined : getSpan(rightTrace, pair.right.span.spanId),
      ]);
      content.replaceChildren(...sections(left, right));
    } catch (error) {
      content.replaceChildren(
        failure(error instanceof Error ? error : new Error(String(error)), () => void load()),
      );
    }
  };
  void load();
  return h(
    "div",
    { class: "panel" },
    h(
      "div",
      { class: "panel-top" },
      h(
        "div",
        { class: "span-title" },
        kindBadge(node?.span.kind ?? ""),
        h("h2", {}, oneLine(name, 160)),
      ),
    ),
    content,
  );
}

/**
 * @param {SpanDetail | undefined} left
 * @param {SpanDetail | undefined} right
 */
function sections(left, right) {
  /** @type {HTMLElement[]} */
  const found = [];
  for (const [letter, detail] of /** @type {const} */ ([
    ["A", left],
    ["B", right],
  ])) {
    if (detail === undefined) continue;
    const failed = errors(detail);
    if (failed.length > 0)
      found.push(h("section", {}, h("h3", {}, `Failed in ${letter}`), ...failed));
  }
  for (const direction of /** @type {const} */ (["input", "output"])) {
    const before = left === undefined ? "" : said(left.attributes, direction);
    const after = right === undefined ? "" : said(right.attributes, direction);
    if (before === "" && after === "") continue;
    const title = direction === "input" ? "Input" : "Output";
    found.push(
      h(
        "section",
        {},
        h("h3", {}, title, h("span", { class: "dim" }, before === after ? " the same" : "")),
        difference(before, after),
      ),
    );
  }
  const parameters = [left, right].map((detail) =>
    text(detail?.attributes["llm.invocation_parameters"]),
  );
  if (parameters[0] !== parameters[1])
    found.push(
      h(
        "section",
        {},
        h("h3", {}, "Parameters"),
        difference(parameters[0] ?? "", parameters[1] ?? ""),
      ),
    );
  if (found.length === 0)
    found.push(h("p", { class: "dim nothing" }, "Neither span holds an input or an output."));
  return found;
}

/**
 * @param {Attributes} attributes
 * @param {"input" | "output"} direction
 */
function said(attributes, direction) {
  const list = messages(attributes, direction);
  if (list.length === 0) return pretty(text(attributes[`${direction}.value`]));
  return list
    .map(({ role, parts, toolCalls }) =>
      [
        `${role}:`,
        ...parts.map((part) => part.text),
        ...toolCalls.map((call) => `${call.name}(${call.arguments})`),
      ].join("\n"),
    )
    .join("\n\n");
}

/** @param {string} body */
function pretty(body) {
  if (body.length > MOST_CHARS || !/^\s*[[{]/.test(body)) return body;
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/**
 * @param {string} before
 * @param {string} after
 */
function difference(before, after) {
  if (before.length + after.length > MOST_CHARS) {
    return h("div", { class: "diff-columns" }, longText(before), longText(after));
  }
  return h(
    "div",
    { class: "text diff", dir: "auto" },
    ...textDiff(before, after).map(({ kind, text: part }) => {
      if (kind === "same") return visible(part);
      return h(kind === "removed" ? "del" : "ins", {}, visible(part));
    }),
  );
}
