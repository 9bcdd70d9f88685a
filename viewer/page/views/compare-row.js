/** A row of two spans that stand for the same step. */
import { compact, duration } from "../data/format.js";
import { h } from "../ui/dom.js";
import { kindClass, kindSign } from "../ui/kinds.js";
import { oneLine } from "../ui/visible-text.js";
import { cell, statusSign } from "./parts.js";

/** @import { Pair } from "../data/alignment.js" */
/** @import { SpanNode } from "../data/span-tree.js" */

const INDENT_PX = 16;
const MOST_INDENTS = 14;
/** Less is noise. */
const NOTABLE_RATIO = 0.05;

export function compareHeads() {
  const heads = [
    ["name", "Span"],
    ["bars", "A over B"],
    ["a num", "A"],
    ["b num", "B"],
    ["delta num", "Difference"],
    ["tokens num", "Tokens"],
  ];
  return h(
    "div",
    { class: "span-heads" },
    ...heads.map(([id, label]) => h("span", { class: `cell cell-${id}` }, label)),
  );
}

/**
 * @param {HTMLElement} row
 * @param {Pair} pair
 * @param {{ left: number, right: number }} durations
 */
export function drawPair(row, { left, right, depth }, durations) {
  const node = left ?? right;
  if (node === undefined) return;
  row.classList.add("span-row");
  row.classList.toggle("only-left", right === undefined);
  row.classList.toggle("only-right", left === undefined);
  row.setAttribute("aria-level", String(depth + 1));
  const lead = h("span", { class: "lead" });
  lead.style.setProperty("width", `${Math.min(depth, MOST_INDENTS) * INDENT_PX}px`);
  const renamed = left !== undefined && right !== undefined && left.span.name !== right.span.name;
  const failed = left?.span.status === "error" || right?.span.status === "error";
  row.append(
    h(
      "span",
      { class: "cell cell-name", role: "gridcell" },
      lead,
      kindSign(node.span.kind),
      h(
        "span",
        { class: "name" },
        oneLine(node.span.name, 120),
        renamed ? h("span", { class: "dim" }, ` → ${oneLine(right.span.name, 80)}`) : null,
      ),
      right === undefined ? h("span", { class: "tag side-a" }, "only A") : null,
      left === undefined ? h("span", { class: "tag side-b" }, "only B") : null,
      failed
        ? h(
            "span",
            { class: "pair-status" },
            left === undefined ? null : statusSign(left.span.status),
            right === undefined ? null : statusSign(right.span.status),
          )
        : null,
    ),
    bars(left, right, durations),
    cell("a num", left === undefined ? "" : duration(left.span.durationMs)),
    cell("b num", right === undefined ? "" : duration(right.span.durationMs)),
    cell(
      "delta num",
      left === undefined || right === undefined
        ? ""
        : delta(left.span.durationMs, right.span.durationMs, duration),
    ),
    cell("tokens num", tokens(left, right)),
  );
}

/**
 * @param {SpanNode | undefined} left
 * @param {SpanNode | undefined} right
 * @param {{ left: number, right: number }} durations
 */
function bars(left, right, durations) {
  // One scale for both: what is longer is longer.
  const whole = Math.max(durations.left, durations.right) || 1;
  const track = h("span", { class: "track" });
  for (const [node, name] of /** @type {const} */ ([
    [left, "upper"],
    [right, "lower"],
  ])) {
    if (node === undefined) continue;
    const bar = h("span", { class: `bar-fill ${name} ${kindClass(node.span.kind)}` });
    bar.style.setProperty("left", `${(node.startMs / whole) * 100}%`);
    bar.style.setProperty("width", `${(node.span.durationMs / whole) * 100}%`);
    track.append(bar);
  }
  return h("span", { class: "cell cell-bars", role: "gridcell" }, track);
}

/**
 * @param {SpanNode | undefined} left
 * @param {SpanNode | undefined} right
 */
function tokens(left, right) {
  const [a, b] = [left, right].map((node) => node?.span.tokens?.total ?? 0);
  if (a === undefined || b === undefined || (a === 0 && b === 0)) return "";
  if (a === b) return compact(a);
  return h("span", {}, `${compact(a)} → ${compact(b)}`);
}

/**
 * @param {number} before
 * @param {number} after
 * @param {(value: number) => string} show
 */
export function delta(before, after, show) {
  const change = after - before;
  if (change === 0) return h("span", { class: "delta same" }, "=");
  const notable = Math.abs(change) > Math.max(before, after) * NOTABLE_RATIO;
  const sign = change > 0 ? "+" : "−";
  return h(
    "span",
    { class: `delta ${notable ? (change > 0 ? "more-is" : "less-is") : "same"}` },
    `${sign}${show(Math.abs(change))}`,
  );
}
