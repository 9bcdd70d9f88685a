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
    showsMatches: true,
    load: async (query, cursor, signal) => {
      const { traces, ...rest } = await listTraces(query, cursor, signal);
      return { items: traces, ...rest };
    },
    idOf: ({ traceId }) => traceId,
    addressOf: traceAddress,
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
 * What was searched for is marked there too, and the span that has it is selected.
 * @param {TraceSummary} trace
 * @param {URLSearchParams} query
 */
function traceAddress({ traceId, match }, query) {
  const q = query.get("q");
  if (q === null) return href("trace", traceId);
  return href("trace", traceId, { q, ...(match && { span: match.spanId }) });
}

/**
 * @param {TraceSummary} trace
 * @param {URLSearchParams} query
 */
function mainCell(trace, query) {
  const words = searchWords(query.get("q") ?? "");
  const text = oneLine(aroundHit(trace.input ?? trace.output ?? "", words), 220);
  return h(
    "span",
    { class: "cell cell-main", role: "gridcell" },
    statusSign(trace.status),
    h(
      "span",
      { class: "lines" },
      h(
        "a",
        { class: "name", href: traceAddress(trace, query), tabindex: -1 },
        ...marked(oneLine(trace.name, 120) || "(unnamed)", words),
      ),
      h(
        "span",
        { class: "preview", dir: "auto" },
        ...marked(text, words),
        text === "" ? h("span", { class: "dim" }, oneLine(trace.service)) : null,
      ),
      matchLine(trace, words),
    ),
  );
}

/**
 * Nothing where the lines above say it all.
 * @param {TraceSummary} trace
 * @param {readonly string[]} words
 */
function matchLine({ match, name, input, output }, words) {
  if (match === undefined || match.text === name || match.text === input) return null;
  const said = match.text.replaceAll("…", "");
  const isInFront = [name, input, output].some((text) => text?.includes(said) === true);
  return h(
    "span",
    { class: "preview match", dir: "auto" },
    h("span", { class: "tag" }, isInFront ? "found" : "found inside"),
    ...marked(oneLine(match.text, 220), words),
  );
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
