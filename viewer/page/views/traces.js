/** The list of traces. */
import { listTraces } from "../data/api.js";
import { plural } from "../data/format.js";
import { href } from "../data/route.js";
import { button, h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { aroundHit, marked, searchWords } from "../ui/marks.js";
import { oneLine } from "../ui/visible-text.js";
import { firstTrace } from "./first-trace.js";
import {
  agentsCell,
  agoCell,
  cell,
  costCell,
  durationCell,
  emptyState,
  statusSign,
  tokensCell,
} from "./parts.js";
import { tableView } from "./table.js";

/** @import { TraceSummary } from "../api-types.js" */
/** @import { ViewMaker } from "./view.js" */

/** @type {readonly [string, string][]} */
const COLUMNS = [
  ["pick", ""],
  ["main", "Trace"],
  ["agents", "Agents"],
  ["spans num", "Spans"],
  ["tokens num", "Tokens"],
  ["cost num", "Cost"],
  ["duration num", "Duration"],
  ["when num", "Started"],
];

/** @type {ViewMaker} */
export function tracesView(route, live) {
  /** Those to compare, the first two that were picked. @type {TraceSummary[]} */
  let picked = [];
  let redrawRows = () => {};
  const footer = h("div", { class: "compare-bar", hidden: true });

  /** @param {TraceSummary} trace */
  const pick = (trace) => {
    const has = picked.some(({ traceId }) => traceId === trace.traceId);
    picked = has
      ? picked.filter(({ traceId }) => traceId !== trace.traceId)
      : [...picked, trace].slice(-2);
    drawFooter();
    redrawRows();
  };
  const drawFooter = () => {
    const [a, b] = picked;
    footer.hidden = a === undefined;
    if (a === undefined) return;
    const clear = button("Clear", () => {
      picked = [];
      drawFooter();
      redrawRows();
    });
    const go =
      b === undefined
        ? h("span", { class: "dim" }, "Pick one more to compare")
        : h(
            "a",
            { class: "button primary", href: href("compare", "", { a: a.traceId, b: b.traceId }) },
            icon("compare"),
            "Compare",
          );
    footer.replaceChildren(
      ...picked.map(({ name, traceId }) =>
        h(
          "span",
          { class: "chip" },
          oneLine(name, 40),
          h("code", { class: "dim" }, ` ${traceId.slice(0, 8)}`),
        ),
      ),
      h("span", { class: "grow" }),
      clear,
      go,
    );
  };

  return tableView(route, live, {
    view: "traces",
    label: "Traces",
    placeholder: "Search inputs and outputs",
    columns: COLUMNS,
    footer,
    load: async (query, cursor, signal) => {
      const { traces, cursor: next } = await listTraces(query, cursor, signal);
      return { items: traces, cursor: next };
    },
    idOf: ({ traceId }) => traceId,
    addressOf: ({ traceId }, query) => traceAddress(traceId, query),
    draw: (trace, row, query) => {
      const isPicked = picked.some(({ traceId }) => traceId === trace.traceId);
      row.classList.toggle("is-error", trace.status === "error");
      row.append(
        h("span", { class: "cell cell-pick", role: "gridcell" }, pickBox(isPicked, trace, pick)),
        mainCell(trace, query),
        agentsCell(trace.agents),
        spansCell(trace),
        tokensCell(trace.tokens),
        costCell(trace.costUsd),
        durationCell(trace.durationMs),
        agoCell(trace.startMs),
      );
    },
    empty: (filtered) => (filtered ? nothingFound() : firstTrace()),
    keys: (current, redraw) => {
      redrawRows = redraw;
      return [
        {
          keys: ["x"],
          does: "Pick for comparing",
          run: () => {
            const trace = current();
            if (trace !== undefined) pick(trace);
          },
        },
        {
          keys: ["c"],
          does: "Compare the two picked",
          run: () => {
            const [a, b] = picked;
            if (a !== undefined && b !== undefined)
              location.hash = href("compare", "", { a: a.traceId, b: b.traceId });
          },
        },
      ];
    },
  });
}

/**
 * @param {boolean} checked
 * @param {TraceSummary} trace
 * @param {(trace: TraceSummary) => void} pick
 */
function pickBox(checked, trace, pick) {
  const box = h("input", {
    type: "checkbox",
    tabindex: -1,
    "aria-label": "Pick for comparing",
    checked,
  });
  box.addEventListener("change", () => pick(trace));
  return box;
}

/**
 * What was searched for is marked there too.
 * @param {string} traceId
 * @param {URLSearchParams} query
 */
function traceAddress(traceId, query) {
  const q = query.get("q");
  return href("trace", traceId, q === null ? {} : { q });
}

/**
 * @param {TraceSummary} trace
 * @param {URLSearchParams} query
 */
function mainCell(trace, query) {
  const words = searchWords(query.get("q") ?? "");
  const inFront = words.length === 0 || hasWord(trace.input, words) || hasWord(trace.name, words);
  const inOutput = !inFront && hasWord(trace.output, words);
  const text = (inOutput ? trace.output : (trace.input ?? trace.output)) ?? "";
  const line = oneLine(aroundHit(text, words), 220);
  return h(
    "span",
    { class: "cell cell-main", role: "gridcell" },
    statusSign(trace.status),
    h(
      "span",
      { class: "lines" },
      h(
        "a",
        { class: "name", href: traceAddress(trace.traceId, query), tabindex: -1 },
        ...marked(oneLine(trace.name, 120) || "(unnamed)", words),
      ),
      h(
        "span",
        { class: "preview", dir: "auto" },
        inFront || inOutput ? null : h("span", { class: "tag" }, "found inside"),
        inOutput ? h("b", {}, "→ ") : null,
        ...marked(line, words),
        line === "" ? h("span", { class: "dim" }, oneLine(trace.service)) : null,
      ),
    ),
  );
}

/**
 * @param {string | null} text
 * @param {readonly string[]} words
 */
function hasWord(text, words) {
  const lower = text?.toLowerCase() ?? "";
  return words.some((word) => lower.includes(word.toLowerCase()));
}

/** @param {TraceSummary} trace */
function spansCell({ spanCount, errorCount, llmCalls, toolCalls }) {
  const title = `${plural(spanCount, "span")}\n${plural(llmCalls, "model call")}\n${plural(toolCalls, "tool call")}\n${plural(errorCount, "error")}`;
  return cell(
    "spans num",
    h(
      "span",
      {},
      errorCount > 0 ? h("span", { class: "errors" }, plural(errorCount, "error")) : null,
      ` ${spanCount}`,
    ),
    title,
  );
}

function nothingFound() {
  return emptyState(
    "Nothing matches",
    h("p", {}, "No trace has all of these words and filters."),
    h("a", { class: "button", href: href("traces") }, "Show all traces"),
  );
}
