/**
 * A trace's spans as rows: a tree whose branches open and close, with either the columns of numbers or
 * the timeline beside it.
 */
import { rows as treeRows, spanTree } from "../data/span-tree.js";
import { button, debounced, h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { Rows } from "../ui/rows.js";
import { drawSpanRow, spanHeads } from "./span-row.js";

/** @import { SpanNode, SpanTree } from "../data/span-tree.js" */

const ROW_HEIGHT = 30;
const TYPING_MS = 120;

/** @param {{ select: (spanId: string) => void, open: () => void }} actions */
export function spanTable({ select, open }) {
  /** @type {SpanTree} */
  let tree = spanTree([]);
  /** Rows as they are shown. @type {SpanNode[]} */
  let shown = [];
  /** @type {Map<string, number>} */
  let places = new Map();
  /** @type {Set<string>} */
  const shut = new Set();
  /** @type {"timeline" | "tree"} */
  let mode = "timeline";
  let selected = "";
  let text = "";
  let errorsOnly = false;

  const grid = new Rows({
    rowHeight: ROW_HEIGHT,
    role: "treegrid",
    label: "Spans",
    draw(index, row) {
      const node = shown[index];
      if (node === undefined) return;
      drawSpanRow(row, node, {
        mode,
        durationMs: tree.durationMs,
        isOpen: isOpen(node),
        text,
        toggle: () => toggle(node),
      });
    },
    onSelect: (index) => choose(index),
    onOpen: (_index, event) => {
      if (event === undefined) open();
    },
  });
  const heads = h("div", { class: "span-heads" });
  const element = h("div", { class: "span-table" }, heads, grid.element);

  const findInput = h("input", {
    type: "search",
    placeholder: "Find spans",
    "aria-label": "Find spans",
    spellcheck: "false",
    autocomplete: "off",
  });
  const typing = debounced(TYPING_MS, () => {
    text = findInput.value.trim();
    rebuild();
  });
  findInput.addEventListener("input", typing);
  findInput.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      grid.element.focus();
      const first = shown.findIndex((node) => matches(node));
      if (first >= 0) choose(first);
    }
  });
  const errorsButton = button(
    [icon("error"), "Errors"],
    () => {
      errorsOnly = !errorsOnly;
      errorsButton.setAttribute("aria-pressed", String(errorsOnly));
      rebuild();
    },
    {
      "aria-pressed": "false",
      class: "button quiet",
      title: "Only spans that failed, and those around them",
    },
  );
  const controls = h(
    "div",
    { class: "span-controls" },
    h("label", { class: "search small" }, icon("search"), findInput, h("kbd", {}, "/")),
    errorsButton,
  );

  /** @param {SpanNode} node */
  function isOpen(node) {
    return text !== "" || errorsOnly || !shut.has(node.span.spanId);
  }

  /** @param {SpanNode} node */
  function matches({ span }) {
    if (errorsOnly && span.status !== "error") return false;
    const words = text.toLowerCase();
    return [span.name, span.kind, span.model, span.tool, span.agent, span.statusMessage].some(
      (part) => part?.toLowerCase().includes(words),
    );
  }

  function rebuild() {
    shown = treeRows(tree, isOpen);
    if (text !== "" || errorsOnly) {
      /** @type {Set<SpanNode>} */
      const kept = new Set();
      for (const node of shown) {
        if (!matches(node)) continue;
        for (
          let at = /** @type {SpanNode | undefined} */ (node);
          at !== undefined && !kept.has(at);
          at = at.parent
        )
          kept.add(at);
      }
      shown = shown.filter((node) => kept.has(node));
    }
    places = new Map(shown.map((node, index) => [node.span.spanId, index]));
    grid.setCount(shown.length);
    grid.setCurrent(places.get(selected) ?? -1, { scroll: false });
  }

  /** @param {number} index */
  function choose(index) {
    const node = shown[index];
    if (node !== undefined) select(node.span.spanId);
  }

  /** @param {SpanNode} node */
  function toggle(node) {
    if (node.children.length === 0) return;
    if (!shut.delete(node.span.spanId)) shut.add(node.span.spanId);
    rebuild();
  }

  const current = () => shown[grid.current];

  return {
    element,
    controls,
    /** @param {SpanTree} next */
    setTree(next) {
      tree = next;
      errorsButton.hidden = !next.roots.some(
        ({ errorBelow, span }) => errorBelow || span.status === "error",
      );
      heads.replaceChildren(...spanHeads(mode, tree.durationMs));
      rebuild();
    },
    /** @param {"timeline" | "tree"} next */
    setMode(next) {
      mode = next;
      element.dataset["mode"] = mode;
      heads.replaceChildren(...spanHeads(mode, tree.durationMs));
      grid.redraw();
    },
    /** @param {string} spanId */
    node: (spanId) => tree.byId.get(spanId),
    /** @param {string} spanId */
    setSelected(spanId) {
      selected = spanId;
      // Its branch opens so that it can be seen.
      let opened = false;
      for (let at = tree.byId.get(spanId)?.parent; at !== undefined; at = at.parent) {
        opened = shut.delete(at.span.spanId) || opened;
      }
      if (opened) rebuild();
      grid.setCurrent(places.get(spanId) ?? -1);
    },
    /** @param {number} by */
    move(by) {
      grid.move(Math.max(-shown.length, Math.min(shown.length, by)));
    },
    right() {
      const node = current();
      if (node === undefined || node.children.length === 0) return;
      if (isOpen(node)) grid.move(1);
      else toggle(node);
    },
    left() {
      const node = current();
      if (node === undefined) return;
      if (node.children.length > 0 && isOpen(node) && text === "" && !errorsOnly) toggle(node);
      else if (node.parent !== undefined) select(node.parent.span.spanId);
    },
    nextError() {
      const from = grid.current;
      const order = [...shown.slice(from + 1), ...shown.slice(0, from + 1)];
      const next = order.find(({ span }) => span.status === "error");
      if (next !== undefined) select(next.span.spanId);
    },
    openAll() {
      shut.clear();
      rebuild();
    },
    closeAll() {
      for (const node of tree.byId.values())
        if (node.parent !== undefined && node.children.length > 0) shut.add(node.span.spanId);
      rebuild();
    },
    find() {
      findInput.focus();
      findInput.select();
    },
    clearFind() {
      if (text === "" && document.activeElement !== findInput) return false;
      findInput.value = "";
      text = "";
      rebuild();
      grid.element.focus();
      return true;
    },
    focus: () => grid.element.focus({ preventScroll: true }),
    close() {
      typing.cancel();
      grid.close();
    },
  };
}
