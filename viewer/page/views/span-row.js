/** A span as a row: its place in the tree, and beside it numbers or a bar on the timeline. */
import { duration, plural } from "../data/format.js";
import { h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { kindClass, kindSign, kindWord } from "../ui/kinds.js";
import { marked, searchWords } from "../ui/marks.js";
import { oneLine } from "../ui/visible-text.js";
import { cell, costCell, durationCell, tokensCell } from "./parts.js";
import { known } from "../data/totals.js";

/** @import { SpanNode } from "../data/span-tree.js" */

const INDENT_PX = 16;
/** Deeper ones stay where they can be read, and say how deep they are. */
const MOST_INDENTS = 14;
const TICKS = 5;

/**
 * @typedef {object} RowLook
 * @property {"timeline" | "tree"} mode
 * @property {number} durationMs the whole trace's
 * @property {boolean} isOpen
 * @property {string} text what is searched for
 * @property {() => void} toggle
 */

/**
 * @param {HTMLElement} row
 * @param {SpanNode} node
 * @param {RowLook} look
 */
export function drawSpanRow(row, node, look) {
  const { span, depth } = node;
  const failed = span.status === "error";
  row.classList.add("span-row");
  row.classList.toggle("is-error", failed);
  row.setAttribute("aria-level", String(depth + 1));
  row.setAttribute("aria-posinset", String(node.place + 1));
  if (node.parent !== undefined)
    row.setAttribute("aria-setsize", String(node.parent.children.length));
  if (node.children.length > 0) row.setAttribute("aria-expanded", String(look.isOpen));
  row.append(nameCell(node, look));
  if (look.mode === "timeline") row.append(barCell(node, look.durationMs));
  else {
    row.append(
      cell("detail", oneLine(span.model ?? span.tool ?? span.agent, 60)),
      tokensCell(known(span.tokens)),
      costCell(span.costUsd),
      durationCell(span.durationMs),
    );
  }
}

/**
 * @param {SpanNode} node
 * @param {RowLook} look
 */
function nameCell(node, look) {
  const { span, depth } = node;
  const lead = h("span", { class: "lead" });
  lead.style.setProperty("width", `${Math.min(depth, MOST_INDENTS) * INDENT_PX}px`);
  if (depth > MOST_INDENTS) lead.append(h("span", { class: "deep" }, `${depth} deep`));
  return h(
    "span",
    {
      class: "cell cell-name",
      role: "gridcell",
      title: `${oneLine(span.name)}\n${kindWord(span.kind)}`,
    },
    lead,
    twist(node, look),
    kindSign(span.kind),
    h(
      "span",
      { class: "name" },
      ...marked(oneLine(span.name, 160) || "(unnamed)", searchWords(look.text)),
    ),
    span.status === "error"
      ? h(
          "span",
          {
            class: "error-mark",
            role: "img",
            "aria-label": "Error",
            title: oneLine(span.statusMessage) || "Error",
          },
          icon("error"),
        )
      : null,
    node.errorBelow && !look.isOpen
      ? h("span", { class: "error-dot", title: "A span below failed" })
      : null,
    node.odd === ""
      ? null
      : h("span", { class: "tag warn" }, node.odd === "orphan" ? "parent missing" : "circle"),
    look.isOpen || node.children.length === 0
      ? null
      : h("span", { class: "tag" }, `+${node.below}`),
  );
}

/**
 * @param {SpanNode} node
 * @param {RowLook} look
 */
function twist(node, { isOpen, toggle }) {
  if (node.children.length === 0) return h("span", { class: "twist" });
  const label = isOpen ? "Close" : `Open ${plural(node.below, "span")}`;
  const element = h(
    "button",
    {
      type: "button",
      class: `twist ${isOpen ? "is-open" : ""}`,
      tabindex: -1,
      "aria-label": label,
    },
    icon("right"),
  );
  element.addEventListener("click", toggle);
  return element;
}

/**
 * @param {SpanNode} node
 * @param {number} durationMs
 */
function barCell({ span, startMs }, durationMs) {
  const whole = durationMs || 1;
  const left = Math.min(1, Math.max(0, startMs / whole));
  const width = Math.min(1 - left, span.durationMs / whole);
  const fill = h("span", { class: `bar-fill ${kindClass(span.kind)}` });
  fill.style.setProperty("left", `${left * 100}%`);
  fill.style.setProperty("width", `${width * 100}%`);
  if (span.ttftMs !== null && span.ttftMs > 0 && span.ttftMs < span.durationMs) {
    const first = h("i", {
      class: "first-token",
      title: `First token after ${duration(span.ttftMs)}`,
    });
    first.style.setProperty("left", `${(span.ttftMs / span.durationMs) * 100}%`);
    fill.append(first);
  }
  const label = h("span", { class: "bar-label" }, duration(span.durationMs));
  const after = left + width;
  if (after < 0.86) label.style.setProperty("left", `calc(${after * 100}% + 6px)`);
  else if (left > 0.14) label.style.setProperty("right", `calc(${(1 - left) * 100}% + 6px)`);
  else {
    label.classList.add("inside");
    label.style.setProperty("left", `calc(${left * 100}% + 6px)`);
  }
  const title = `Starts at ${duration(startMs)}, takes ${duration(span.durationMs)}`;
  return h(
    "span",
    { class: "cell cell-bar", role: "gridcell", title },
    h("span", { class: "track" }, fill, label),
  );
}

/**
 * @param {"timeline" | "tree"} mode
 * @param {number} durationMs
 */
export function spanHeads(mode, durationMs) {
  const name = h("span", { class: "cell cell-name" }, "Span");
  if (mode === "timeline")
    return [
      name,
      h("span", { class: "cell cell-bar" }, h("span", { class: "track" }, ...ticks(durationMs))),
    ];
  const columns = [
    ["detail", "Model, tool or agent"],
    ["tokens num", "Tokens"],
    ["cost num", "Cost"],
    ["duration num", "Duration"],
  ];
  return [name, ...columns.map(([id, label]) => h("span", { class: `cell cell-${id}` }, label))];
}

/** @param {number} durationMs */
function ticks(durationMs) {
  return Array.from({ length: TICKS }, (_, index) => {
    const tick = h("span", { class: "tick" }, duration((durationMs * index) / TICKS));
    tick.style.setProperty("left", `${(index / TICKS) * 100}%`);
    return tick;
  });
}
