/** Tokens, cost, durations and errors, by agent, model and tool. */
import { compact, cost, count, duration } from "../data/format.js";
import { totalsBy } from "../data/totals.js";
import { h } from "../ui/dom.js";
import { oneLine } from "../ui/visible-text.js";
import { tokensTitle } from "./parts.js";

/** @import { SpanSummary, UsageRow } from "../api-types.js" */

/**
 * A trace's own.
 * @param {readonly SpanSummary[]} spans
 */
export function traceUsage(spans) {
  const calls = spans.filter(({ kind }) => kind === "LLM" || kind === "EMBEDDING");
  return h(
    "div",
    { class: "usage" },
    usageTable(
      "By model",
      "Calls",
      totalsBy(calls, ({ model, name }) => model ?? name),
    ),
    agentUsage(spans),
    usageTable(
      "By tool",
      "Calls",
      totalsBy(spans, ({ kind, tool, name }) => (kind === "TOOL" ? (tool ?? name) : null)),
    ),
  );
}

/** @param {readonly SpanSummary[]} spans */
export function agentUsage(spans) {
  const calls = spans.filter(({ kind }) => kind === "LLM" || kind === "EMBEDDING");
  return usageTable(
    "By agent",
    "Calls",
    totalsBy(calls, ({ agent }) => agent ?? "(no agent)"),
  );
}

/**
 * @param {string} title
 * @param {string} counted
 * @param {readonly UsageRow[]} rows
 */
export function usageTable(title, counted, rows) {
  if (rows.length === 0) return h("span", {});
  const most = Math.max(...rows.map(({ tokens }) => tokens.total), 1);
  const withTokens = rows.some(({ tokens }) => tokens.total > 0);
  const withCost = rows.some(({ costUsd }) => costUsd !== null);
  const heads = [
    "",
    counted,
    "Errors",
    "Median",
    "95 %",
    ...(withTokens ? ["In", "Out", "Cached", "Reasoning", "Tokens"] : []),
    ...(withCost ? ["Cost"] : []),
  ];
  return h(
    "section",
    { "data-key": title },
    h("h2", {}, title),
    h(
      "table",
      { class: "usage-table" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ...heads.map((label, index) =>
            h("th", { scope: "col", class: index === 0 ? null : "num" }, label),
          ),
        ),
      ),
      h(
        "tbody",
        {},
        ...rows.map((row) => {
          const { tokens } = row;
          const bar = h("i", { class: "usage-bar", "aria-hidden": "true" });
          bar.style.setProperty("width", `${(tokens.total / most) * 100}%`);
          return h(
            "tr",
            { "data-key": row.name },
            h("th", { scope: "row" }, oneLine(row.name, 80), withTokens ? bar : null),
            numeric(count(row.count)),
            h(
              "td",
              { class: "num" },
              row.errorCount > 0
                ? h("span", { class: "errors" }, count(row.errorCount))
                : h("span", { class: "dim" }, "0"),
            ),
            numeric(duration(row.p50Ms)),
            numeric(duration(row.p95Ms)),
            ...(withTokens
              ? [tokens.prompt, tokens.completion, tokens.cacheRead, tokens.reasoning].map(
                  (value) => numeric(compact(value)),
                )
              : []),
            withTokens
              ? h("td", { class: "num strong", title: tokensTitle(tokens) }, compact(tokens.total))
              : null,
            withCost ? numeric(cost(row.costUsd)) : null,
          );
        }),
      ),
    ),
  );
}

/** @param {string} text */
function numeric(text) {
  const isNothing = text === "0" || text === "–";
  return h("td", { class: `num ${isNothing ? "dim" : ""}` }, text);
}
