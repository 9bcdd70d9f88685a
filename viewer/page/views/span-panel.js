/** The span that is selected: what it did, in words, and everything it holds. */
import { getSpan } from "../data/api.js";
import { button, h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { tabs } from "../ui/tabs.js";
import { failure } from "./parts.js";
import { spanAttributes } from "./span-attributes.js";
import { spanContents } from "./span-contents.js";
import { spanEvents } from "./span-events.js";
import { spanHead } from "./span-head.js";
import { spanRaw } from "./span-raw.js";

/** @import { SpanDetail } from "../api-types.js" */
/** @import { SpanNode } from "../data/span-tree.js" */

const PAGES = /** @type {const} */ ({
  contents: "Contents",
  attributes: "Attributes",
  events: "Events",
  raw: "Raw",
});
/** Moving through rows with a key held down asks for the last one only. */
const SETTLE_MS = 60;

/** @typedef {keyof typeof PAGES} Page */

/** @param {{ close: () => void }} actions */
export function spanPanel({ close }) {
  /** @type {SpanDetail | undefined} */
  let detail;
  /** @type {Page} */
  let page = "contents";
  let wanted = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const head = h("div", { class: "span-head" });
  const content = h("div", {
    class: "span-content",
    tabindex: 0,
    role: "tabpanel",
    "aria-label": "Contents of the span",
  });
  const choice = tabs("Parts of the span", PAGES, page, (name) => {
    page = name;
    choice.setCurrent(name);
    draw();
  });
  const shut = button([icon("close")], close, {
    class: "button quiet",
    "aria-label": "Close the panel",
    title: "Close (Esc)",
  });
  const element = h(
    "div",
    { class: "panel" },
    h("div", { class: "panel-top" }, head, shut),
    choice.element,
    content,
  );

  function draw() {
    if (detail === undefined) return;
    const makers = {
      contents: spanContents,
      attributes: spanAttributes,
      events: spanEvents,
      raw: spanRaw,
    };
    content.replaceChildren(makers[page](detail));
    content.scrollTop = 0;
  }

  /**
   * @param {string} traceId
   * @param {SpanNode} node
   */
  async function load(traceId, node) {
    const key = keyOf(node);
    try {
      const found = await getSpan(traceId, node.span.spanId);
      if (wanted !== key) return;
      detail = found;
      choice.element.querySelectorAll("[role=tab]").item(2).textContent =
        found.events.length > 0 ? `Events ${found.events.length}` : "Events";
      draw();
    } catch (error) {
      if (wanted !== key) return;
      const problem = error instanceof Error ? error : new Error(String(error));
      content.replaceChildren(failure(problem, () => void load(traceId, node)));
    }
  }

  /**
   * @param {string} traceId
   * @param {SpanNode | undefined} node
   */
  function show(traceId, node) {
    const key = keyOf(node);
    if (key === wanted) return;
    const same = detail !== undefined && detail.spanId === node?.span.spanId;
    wanted = key;
    clearTimeout(timer);
    head.replaceChildren(...(node === undefined ? [] : spanHead(node)));
    if (!same) {
      detail = undefined;
      content.replaceChildren();
    }
    if (node !== undefined) timer = setTimeout(() => void load(traceId, node), SETTLE_MS);
  }

  return {
    element,
    show,
    /** The trace came anew: a span that did not change stays as it is. */
    refresh: show,
    focus: () => content.focus(),
    stop: () => clearTimeout(timer),
  };
}

/**
 * What is shown is out of date when one of these differs.
 * @param {SpanNode | undefined} node
 */
function keyOf(node) {
  if (node === undefined) return "";
  const { spanId, durationMs, status, eventCount } = node.span;
  return `${spanId} ${durationMs} ${status} ${eventCount}`;
}
