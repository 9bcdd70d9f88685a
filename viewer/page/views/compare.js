/** Two traces side by side: their trees laid over each other, and what differs in each span. */
import { align } from "../data/alignment.js";
import { getTrace } from "../data/api.js";
import { compact, cost, count, duration } from "../data/format.js";
import { back, href, replace } from "../data/route.js";
import { spanTree } from "../data/span-tree.js";
import { button, h } from "../ui/dom.js";
import { divider } from "../ui/divider.js";
import { icon } from "../ui/icons.js";
import { bindKeys } from "../ui/keyboard.js";
import { Rows } from "../ui/rows.js";
import { oneLine } from "../ui/visible-text.js";
import { comparedSpans } from "./compare-spans.js";
import { compareHeads, drawPair, delta } from "./compare-row.js";
import { failure, statusSign } from "./parts.js";

/** @import { Pair } from "../data/alignment.js" */
/** @import { TraceDetail, TraceSummary } from "../api-types.js" */
/** @import { ViewMaker } from "./view.js" */

const ROW_HEIGHT = 32;

/** @type {ViewMaker} */
export function compareView(route) {
  let [a, b] = [route.query.get("a") ?? "", route.query.get("b") ?? ""];
  /** @type {Pair[]} */
  let pairs = [];
  let durations = { left: 0, right: 0 };
  /** @type {{ left: TraceDetail, right: TraceDetail } | undefined} */
  let both;
  let closed = false;

  const grid = new Rows({
    rowHeight: ROW_HEIGHT,
    role: "treegrid",
    label: "Spans of both traces",
    draw: (index, row) => {
      const pair = pairs[index];
      if (pair !== undefined) drawPair(row, pair, durations);
    },
    onSelect: (index) => show(index),
    onOpen: () => {},
  });
  const head = h("header", { class: "compare-head" });
  const side = h("aside", { class: "side", "aria-label": "What differs" });
  const problem = h("div", {});
  const element = h(
    "div",
    { class: "compare" },
    head,
    problem,
    h(
      "div",
      { class: "split" },
      h(
        "div",
        { class: "trace-body" },
        h("div", { class: "span-table", "data-mode": "compare" }, compareHeads(), grid.element),
      ),
      divider("Width of the differences", side),
      side,
    ),
  );

  async function load() {
    try {
      const [left, right] = await Promise.all([getTrace(a), getTrace(b)]);
      if (closed) return;
      both = { left, right };
    } catch (error) {
      if (!closed)
        problem.replaceChildren(
          failure(error instanceof Error ? error : new Error(String(error)), () => void load()),
        );
      return;
    }
    const [left, right] = [spanTree(both.left.spans), spanTree(both.right.spans)];
    durations = { left: left.durationMs, right: right.durationMs };
    pairs = align(left, right);
    document.title = `${oneLine(both.left.trace.name, 40)} compared · Catalyst`;
    head.replaceChildren(...headOf(both.left.trace, both.right.trace, swap));
    grid.setCount(pairs.length);
    const first = pairs.findIndex(
      ({ left: l, right: r }) =>
        l === undefined || r === undefined || l.span.status !== r.span.status,
    );
    grid.setCurrent(Math.max(0, first));
    show(Math.max(0, first));
    grid.element.focus({ preventScroll: true });
  }

  /** @param {number} index */
  function show(index) {
    const pair = pairs[index];
    if (pair !== undefined && both !== undefined)
      side.replaceChildren(comparedSpans(both.left.trace.traceId, both.right.trace.traceId, pair));
  }

  function swap() {
    [a, b] = [b, a];
    replace(href("compare", "", { a, b }));
    void load();
  }

  const unbind = bindKeys("Comparing", [
    { keys: ["j", "ArrowDown"], does: "Next span", run: () => grid.move(1) },
    { keys: ["k", "ArrowUp"], does: "Previous span", run: () => grid.move(-1) },
    { keys: ["n"], does: "Next difference", run: () => nextDifference() },
    { keys: ["s"], does: "Swap sides", run: swap },
    {
      keys: ["Escape"],
      does: "Back",
      run: () => back(href("traces")),
    },
  ]);

  function nextDifference() {
    const from = grid.current + 1;
    const next = pairs.findIndex(
      ({ left, right }, index) =>
        index >= from &&
        (left === undefined || right === undefined || left.span.status !== right.span.status),
    );
    if (next < 0) return;
    grid.setCurrent(next);
    show(next);
  }

  return {
    element,
    opened: () => void load(),
    update: () => false,
    close() {
      closed = true;
      unbind();
      grid.close();
    },
  };
}

/**
 * @param {TraceSummary} left
 * @param {TraceSummary} right
 * @param {() => void} swap
 */
function headOf(left, right, swap) {
  /** @type {[string, number, number, (value: number) => string][]} */
  const numbers = [
    ["Duration", left.durationMs, right.durationMs, duration],
    ["Tokens", left.tokens.total, right.tokens.total, compact],
    ["Model calls", left.llmCalls, right.llmCalls, count],
    ["Tool calls", left.toolCalls, right.toolCalls, count],
    ["Spans", left.spanCount, right.spanCount, count],
    ["Errors", left.errorCount, right.errorCount, count],
  ];
  if (left.costUsd !== null && right.costUsd !== null)
    numbers.push(["Cost", left.costUsd, right.costUsd, cost]);
  return [
    h(
      "div",
      { class: "compare-sides" },
      sideOf("A", left),
      button([icon("compare")], swap, {
        class: "button quiet",
        "aria-label": "Swap sides",
        title: "Swap sides (s)",
      }),
      sideOf("B", right),
    ),
    h(
      "dl",
      { class: "facts" },
      ...numbers.map(([label, one, other, show]) =>
        h(
          "div",
          { class: "fact" },
          h("dt", {}, label),
          h("dd", {}, `${show(one)} → ${show(other)} `, delta(one, other, show)),
        ),
      ),
    ),
  ];
}

/**
 * @param {string} letter
 * @param {TraceSummary} trace
 */
function sideOf(letter, { traceId, name, input, status }) {
  return h(
    "a",
    { class: `compare-side side-${letter.toLowerCase()}`, href: href("trace", traceId) },
    h("b", { class: "letter" }, letter),
    statusSign(status),
    h(
      "span",
      { class: "lines" },
      h("span", { class: "name" }, oneLine(name, 80) || "(unnamed)"),
      h("span", { class: "preview" }, oneLine(input, 140) || traceId.slice(0, 8)),
    ),
  );
}
