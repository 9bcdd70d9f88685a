/**
 * The frame of the lists of traces and of sessions: filters above, column heads, rows, and what stands
 * there when there are none.
 */
import { filtersOf } from "../data/filters.js";
import { go, href, replace } from "../data/route.js";
import { h } from "../ui/dom.js";
import { bindKeys } from "../ui/keyboard.js";
import { Rows } from "../ui/rows.js";
import { filterBar } from "./filter-bar.js";
import { Pages } from "./pages.js";
import { failure, keepTimesFresh } from "./parts.js";

/** @import { Route } from "../data/route.js" */
/** @import { Live } from "../data/live.js" */
/** @import { Binding } from "../ui/keyboard.js" */
/** @import { Page } from "./pages.js" */
/** @import { View } from "./view.js" */

/**
 * @template T
 * @typedef {object} TableOptions
 * @property {string} view
 * @property {string} label
 * @property {string} placeholder
 * @property {readonly [name: string, label: string][]} columns
 * @property {(query: URLSearchParams, cursor: string | null, signal: AbortSignal) => Promise<Page<T>>} load
 * @property {(item: T) => string} idOf
 * @property {(item: T, row: HTMLElement, query: URLSearchParams) => void} draw
 * @property {(item: T, query: URLSearchParams) => string} addressOf
 * @property {(filtered: boolean) => HTMLElement} empty
 * @property {HTMLElement} [footer]
 * @property {boolean} [showsMatches] a row has a line more when something is searched for
 * @property {(current: () => T | undefined, redraw: () => void) => readonly Binding[]} [keys]
 */

const ROW_HEIGHT = 52;
/** With the line that has what was searched for. */
const MATCH_ROW_HEIGHT = 70;

/**
 * @template T
 * @param {Route} route
 * @param {Live} live
 * @param {TableOptions<T>} options
 * @returns {View}
 */
export function tableView(route, live, options) {
  let query = filtersOf(route.query);
  const filters = filterBar((next) => {
    const address = href(options.view, "", filtersOf(next));
    if (sameButWords(query, next)) {
      // In place: nobody wants to step back through single letters.
      replace(address);
      setQuery(filtersOf(next));
    } else go(address);
  }, options.placeholder);

  /** @type {Pages<T>} */
  const pages = new Pages({
    load: (cursor, signal) => options.load(query, cursor, signal),
    idOf: options.idOf,
    changed: ({ first, added }) => changed(first, added),
    failed: (error) => {
      sayProgress();
      problem.replaceChildren(
        ...(error === undefined ? [] : [failure(error, () => void pages.restart())]),
      );
    },
  });
  const rows = new Rows({
    get rowHeight() {
      return element.classList.contains("has-matches") ? MATCH_ROW_HEIGHT : ROW_HEIGHT;
    },
    role: "grid",
    label: options.label,
    draw: (index, row) => {
      const item = pages.items[index];
      if (item !== undefined) options.draw(item, row, query);
    },
    onSelect: (index) => {
      currentId = idAt(index);
    },
    onOpen: (index) => {
      const item = pages.items[index];
      if (item !== undefined) location.hash = options.addressOf(item, query);
    },
    onNearEnd: () => void pages.more(),
  });
  let currentId = /** @type {string | undefined} */ (undefined);
  const problem = h("div", {});
  const blank = h("div", { class: "blank" });
  const progress = h("p", { class: "progress dim", role: "status" });
  const heads = h(
    "div",
    { class: "heads", "aria-hidden": "true" },
    ...options.columns.map(([name, label]) => h("span", { class: `cell cell-${name}` }, label)),
  );
  const element = h(
    "div",
    { class: `list list-${options.view}` },
    filters.element,
    problem,
    heads,
    rows.element,
    blank,
    progress,
    options.footer,
  );

  /** @param {number} index */
  function idAt(index) {
    const item = pages.items[index];
    return item === undefined ? undefined : options.idOf(item);
  }

  /**
   * @param {boolean} first
   * @param {number} added
   */
  function changed(first, added) {
    const isEmpty = pages.items.length === 0;
    const reading = rows.element.scrollTop > 0;
    element.classList.toggle("is-empty", isEmpty);
    element.classList.toggle("has-matches", options.showsMatches === true && query.has("q"));
    sayProgress();
    const isNothing = isEmpty && !pages.searching;
    blank.replaceChildren(...(isNothing ? [options.empty([...query].length > 0)] : []));
    // Until the reader has moved, the newest is current.
    const current =
      currentId === undefined
        ? Math.min(0, pages.items.length - 1)
        : pages.items.findIndex((item) => options.idOf(item) === currentId);
    rows.setCount(pages.items.length);
    if (first) rows.element.scrollTop = 0;
    else if (reading && added > 0) rows.shift(added);
    rows.setCurrent(current, { scroll: false });
  }

  function sayProgress() {
    progress.textContent = pages.searching ? "Searching further back…" : "";
  }

  /** @param {URLSearchParams} next */
  function setQuery(next) {
    query = next;
    filters.setQuery(next);
    void pages.restart();
  }

  const unbind = bindKeys(options.label, [
    { keys: ["j", "ArrowDown"], does: "Next", run: () => rows.move(1) },
    { keys: ["k", "ArrowUp"], does: "Previous", run: () => rows.move(-1) },
    { keys: ["PageDown"], does: "Ten down", run: () => rows.move(10) },
    { keys: ["PageUp"], does: "Ten up", run: () => rows.move(-10) },
    { keys: ["Home"], does: "First", run: () => rows.move(-rows.count) },
    { keys: ["Enter"], does: "Open", run: () => rows.open() },
    { keys: ["/"], does: "Search", run: filters.focus },
    { keys: ["f"], does: "Add a filter", run: filters.addFilter },
    ...(options.keys?.(
      () => pages.items[rows.current],
      () => rows.redraw(),
    ) ?? []),
  ]);
  const unlisten = live.listen({ onTrace: () => pages.refresh(), onGap: () => pages.refresh() });
  const stopClock = keepTimesFresh(rows.element);

  return {
    element,
    opened() {
      document.title = `${options.label} · Catalyst`;
      setQuery(query);
      rows.element.focus({ preventScroll: true });
    },
    update(next) {
      setQuery(filtersOf(next.query));
      return true;
    },
    close() {
      unbind();
      unlisten();
      stopClock();
      pages.close();
      filters.close();
      rows.close();
    },
  };
}

/**
 * @param {URLSearchParams} before
 * @param {URLSearchParams} after
 */
function sameButWords(before, after) {
  const [a, b] = [before, after].map((query) =>
    [...filtersOf(query)].filter(([name]) => name !== "q"),
  );
  return JSON.stringify(a) === JSON.stringify(b);
}
