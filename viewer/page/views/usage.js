/** What all traces used, or those that filters leave: totals, by agent, by model, by tool. */
import { getStats } from "../data/api.js";
import { filtersOf } from "../data/filters.js";
import { compact, cost, count, duration } from "../data/format.js";
import { go, href } from "../data/route.js";
import { debounced, h } from "../ui/dom.js";
import { bindKeys } from "../ui/keyboard.js";
import { redraw } from "../ui/redraw.js";
import { filterBar } from "./filter-bar.js";
import { emptyState, fact, failure, tokensTitle } from "./parts.js";
import { usageTable } from "./usage-tables.js";

/** @import { Stats } from "../api-types.js" */
/** @import { ViewMaker } from "./view.js" */

const NEWS_MS = 2000;

/** @type {ViewMaker} */
export function usageView(route, live) {
  let query = filtersOf(route.query);
  let closed = false;
  const filters = filterBar(
    (next) => go(href("usage", "", filtersOf(next))),
    "Search inputs and outputs",
  );
  const content = h("div", { class: "usage", tabindex: 0 });
  const element = h("div", { class: "list" }, filters.element, content);

  async function load() {
    const asked = query;
    try {
      const stats = await getStats(query);
      if (!closed && asked === query) draw(stats);
    } catch (error) {
      if (!closed)
        content.replaceChildren(
          failure(error instanceof Error ? error : new Error(String(error)), () => void load()),
        );
    }
  }

  /** @param {Stats} stats */
  function draw({ totals, agents, models, tools, isPartial }) {
    if (totals.traces === 0) {
      content.replaceChildren(
        emptyState([...query].length > 0 ? "Nothing matches" : "No traces yet"),
      );
      return;
    }
    redraw(content, [
      h(
        "dl",
        { class: "facts big" },
        fact("Traces", count(totals.traces)),
        fact(
          "Failed",
          totals.errors > 0 ? h("span", { class: "errors" }, count(totals.errors)) : "0",
        ),
        fact("Median", duration(totals.p50Ms)),
        fact("95 %", duration(totals.p95Ms)),
        fact("Tokens", compact(totals.tokens.total), tokensTitle(totals.tokens)),
        fact("Cost", cost(totals.costUsd)),
      ),
      ...(isPartial
        ? [h("p", { class: "dim" }, "Of the newest traces: there are more than are counted.")]
        : []),
      usageTable("By agent", "Runs", agents),
      usageTable("By model", "Calls", models),
      usageTable("By tool", "Calls", tools),
    ]);
  }

  const reload = debounced(NEWS_MS, () => void load());
  const unlisten = live.listen({ onTrace: reload, onGap: reload });
  const unbind = bindKeys("Usage", [
    { keys: ["/"], does: "Search", run: filters.focus },
    { keys: ["f"], does: "Add a filter", run: filters.addFilter },
  ]);

  return {
    element,
    opened() {
      document.title = "Usage · Catalyst";
      filters.setQuery(query);
      void load();
    },
    update(next) {
      query = filtersOf(next.query);
      filters.setQuery(query);
      void load();
      return true;
    },
    close() {
      closed = true;
      reload.cancel();
      unlisten();
      unbind();
      filters.close();
    },
  };
}
