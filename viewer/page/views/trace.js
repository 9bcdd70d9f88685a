/**
 * One trace: its facts, its spans as a timeline or a tree, its agents, and beside them the span that
 * is selected. Stays up to date while spans still come. The address holds what is selected.
 */
import { getTrace } from "../data/api.js";
import { back, href, replace } from "../data/route.js";
import { spanTree } from "../data/span-tree.js";
import { debounced, h } from "../ui/dom.js";
import { bindKeys } from "../ui/keyboard.js";
import { divider } from "../ui/divider.js";
import { redraw } from "../ui/redraw.js";
import { searchWords, setCurrentWords } from "../ui/marks.js";
import { oneLine } from "../ui/visible-text.js";
import { agentsView } from "./agents.js";
import { chooseOther } from "./choose-other.js";
import { failure } from "./parts.js";
import { spanPanel } from "./span-panel.js";
import { spanTable } from "./span-table.js";
import { tabs } from "../ui/tabs.js";
import { traceHead } from "./trace-head.js";
import { agentUsage, traceUsage } from "./usage-tables.js";

/** @import { TraceDetail } from "../api-types.js" */
/** @import { View, ViewMaker } from "./view.js" */

const NEWS_MS = 400;
const MODES = /** @type {const} */ ({
  timeline: "Timeline",
  tree: "Tree",
  agents: "Agents",
  usage: "Usage",
});

/** @typedef {keyof typeof MODES} Mode */

/** @type {ViewMaker} */
export function traceView(route, live) {
  /** @type {TraceDetail | undefined} */
  let detail;
  let mode = modeOf(route.query);
  let selected = route.query.get("span") ?? "";
  /** By the reader, and not because something has to be shown at first. */
  let chosen = selected !== "";
  /** The graph wants the room, until one of its agents is chosen. */
  let besideGraph = chosen;
  let closed = false;
  /** What `body` holds. @type {Mode | undefined} */
  let shown;

  const words = route.query.get("q") ?? "";
  setCurrentWords(searchWords(words));

  const head = traceHead({ compare: () => void compare() });
  const panel = spanPanel({ close: () => select("") });
  const table = spanTable({ select, open: () => panel.focus() });
  const body = h("div", { class: "trace-body" });
  const problem = h("div", {});
  const side = h("aside", { class: "side", "aria-label": "Selected span" }, panel.element);
  const choice = tabs("Show the trace as", MODES, mode, (name) => setMode(name));
  const element = h(
    "div",
    { class: "trace" },
    head.element,
    h("div", { class: "trace-bar" }, choice.element, h("span", { class: "grow" }), table.controls),
    problem,
    h("div", { class: "split" }, body, divider("Width of the selected span's panel", side), side),
  );

  async function load() {
    try {
      detail = await getTrace(route.id);
    } catch (error) {
      if (closed) return;
      problem.replaceChildren(
        failure(error instanceof Error ? error : new Error(String(error)), () => void load()),
      );
      return;
    }
    if (closed) return;
    problem.replaceChildren();
    document.title = `${oneLine(detail.trace.name, 60)} · Catalyst`;
    const tree = spanTree(detail.spans);
    head.setTrace(detail);
    table.setTree(tree);
    if (selected !== "" && !tree.byId.has(selected)) {
      selected = "";
      chosen = false;
    }
    if (selected !== "") table.setSelected(selected);
    else if (!chosen && innerWidth > 900) {
      const first = foundInFront(detail, words) ?? firstError(detail) ?? tree.roots[0]?.span.spanId;
      if (first !== undefined) showSpan(first);
    }
    show();
    panel.refresh(detail.trace.traceId, tree.byId.get(selected));
  }

  function show() {
    element.dataset["mode"] = mode;
    side.hidden = selected === "" || mode === "usage" || (mode === "agents" && !besideGraph);
    if (detail === undefined) return;
    if (mode === "agents") {
      fill(
        agentsView(spanTree(detail.spans), select),
        h("div", { class: "usage" }, agentUsage(detail.spans)),
      );
    } else if (mode === "usage") fill(traceUsage(detail.spans));
    else {
      table.setMode(mode);
      if (table.element.parentElement !== body) fill(table.element);
    }
    shown = mode;
  }

  /** @param {...Element} elements */
  function fill(...elements) {
    if (shown === mode) redraw(body, elements);
    else body.replaceChildren(...elements);
  }

  /** @param {string} spanId */
  function select(spanId) {
    chosen = true;
    besideGraph = true;
    showSpan(spanId);
    keepAddress();
    side.hidden = spanId === "";
  }

  /** @param {string} spanId */
  function showSpan(spanId) {
    selected = spanId;
    table.setSelected(spanId);
    if (detail !== undefined) panel.show(detail.trace.traceId, table.node(spanId));
  }

  /** @param {Mode} name */
  function setMode(name) {
    mode = name;
    besideGraph = false;
    keepAddress();
    choice.setCurrent(name);
    show();
    if (name === "timeline" || name === "tree") table.focus();
  }

  function keepAddress() {
    const query = new URLSearchParams();
    if (words !== "") query.set("q", words);
    if (mode !== "timeline") query.set("view", mode);
    if (chosen && selected !== "") query.set("span", selected);
    replace(href("trace", route.id, query));
  }

  async function compare() {
    if (detail !== undefined) await chooseOther(detail.trace);
  }

  const reload = debounced(NEWS_MS, () => void load());
  const unlisten = live.listen({
    onTrace: ({ traceId }) => {
      if (traceId === detail?.trace.traceId || traceId === route.id) reload();
    },
    onGap: reload,
  });
  const inTable = () => mode === "timeline" || mode === "tree";
  const unbind = bindKeys("Trace", [
    { keys: ["j", "ArrowDown"], does: "Next span", run: () => inTable() && table.move(1) },
    { keys: ["k", "ArrowUp"], does: "Previous span", run: () => inTable() && table.move(-1) },
    {
      keys: ["l", "ArrowRight"],
      does: "Open, or to the first below",
      run: () => inTable() && table.right(),
    },
    {
      keys: ["h", "ArrowLeft"],
      does: "Close, or to the one above",
      run: () => inTable() && table.left(),
    },
    { keys: ["e"], does: "Next error", run: () => inTable() && table.nextError() },
    { keys: ["PageDown"], does: "Ten down", run: () => inTable() && table.move(10) },
    { keys: ["PageUp"], does: "Ten up", run: () => inTable() && table.move(-10) },
    { keys: ["Home"], does: "First span", run: () => inTable() && table.move(-Infinity) },
    { keys: ["End"], does: "Last span", run: () => inTable() && table.move(Infinity) },
    { keys: ["Enter"], does: "To the span's contents", run: () => panel.focus() },
    { keys: ["["], does: "Close everything below the first", run: () => table.closeAll() },
    { keys: ["]"], does: "Open everything", run: () => table.openAll() },
    {
      keys: ["t"],
      does: "Timeline or tree",
      run: () => setMode(mode === "timeline" ? "tree" : "timeline"),
    },
    { keys: ["a"], does: "Agents", run: () => setMode("agents") },
    { keys: ["u"], does: "Usage", run: () => setMode("usage") },
    { keys: ["c"], does: "Compare with another trace", run: () => void compare() },
    { keys: ["/"], does: "Find spans", run: () => table.find() },
    { keys: ["Escape"], does: "Back", run: () => escape() },
  ]);

  function escape() {
    if (table.clearFind()) return;
    if (panel.element.contains(document.activeElement)) table.focus();
    else if (selected !== "") select("");
    else back(href("traces"));
  }

  return {
    element,
    opened() {
      document.title = "Trace · Catalyst";
      show();
      void load().then(() => table.focus());
    },
    update(next) {
      mode = modeOf(next.query);
      choice.setCurrent(mode);
      show();
      const span = next.query.get("span") ?? "";
      if (span !== selected) select(span);
      return true;
    },
    close() {
      closed = true;
      reload.cancel();
      unlisten();
      unbind();
      setCurrentWords([]);
      table.close();
      panel.stop();
    },
  };
}

/**
 * The root, where what was searched for is in its texts.
 * @param {TraceDetail} detail
 * @param {string} query
 */
function foundInFront({ trace, spans }, query) {
  const texts = `${trace.input ?? ""} ${trace.output ?? ""}`.toLowerCase();
  const isFound = searchWords(query).some((word) => texts.includes(word.toLowerCase()));
  return isFound ? spans.find(({ parentSpanId }) => parentSpanId === null)?.spanId : undefined;
}

/**
 * Where something first went wrong: the deepest span that failed, not those around it.
 * @param {TraceDetail} detail
 */
function firstError({ spans }) {
  const failed = spans.filter(({ status }) => status === "error");
  const parents = new Set(failed.map(({ parentSpanId }) => parentSpanId));
  return failed.find(({ spanId }) => !parents.has(spanId))?.spanId;
}

/**
 * @param {URLSearchParams} query
 * @returns {Mode}
 */
function modeOf(query) {
  const name = query.get("view") ?? "";
  return Object.hasOwn(MODES, name) ? /** @type {Mode} */ (name) : "timeline";
}
