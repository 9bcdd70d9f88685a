/**
 * A trace's spans as a tree, and the tree as the rows in which it is shown. No span is left out: one
 * whose parent is missing, or whose parents lead in a circle, is a root that says so. Nothing recurses,
 * as a trace may be as deep as it has spans.
 */
import { msBetween } from "./format.js";

/** @import { SpanSummary } from "../api-types.js" */

/**
 * @typedef {object} SpanNode
 * @property {SpanSummary} span
 * @property {SpanNode | undefined} parent
 * @property {SpanNode[]} children by start
 * @property {number} depth
 * @property {number} place among its parent's children, from 0
 * @property {number} startMs since the trace began
 * @property {number} below how many spans are underneath
 * @property {boolean} errorBelow
 * @property {"" | "orphan" | "circle"} odd
 */

/**
 * @typedef {object} SpanTree
 * @property {SpanNode[]} roots
 * @property {Map<string, SpanNode>} byId
 * @property {number} durationMs from the first start to the last end
 */

/**
 * @param {readonly SpanSummary[]} spans
 * @returns {SpanTree}
 */
export function spanTree(spans) {
  const sorted = spans.toSorted(byStart);
  const origin = sorted[0]?.startNs ?? "0";
  /** @type {Map<string, SpanNode>} */
  const byId = new Map();
  for (const span of sorted) {
    const startMs = msBetween(span.startNs, origin);
    byId.set(span.spanId, {
      span,
      parent: undefined,
      children: [],
      depth: 0,
      place: 0,
      startMs,
      below: 0,
      errorBelow: false,
      odd: "",
    });
  }
  for (const node of byId.values()) attach(node, byId);
  const roots = [...byId.values()].filter(({ parent }) => parent === undefined);
  for (const [place, root] of roots.entries()) root.place = place;
  const order = rows({ roots }, () => true);
  for (const { children, depth } of order) {
    for (const [place, child] of children.entries())
      Object.assign(child, { place, depth: depth + 1 });
  }
  // Children come after their parents, so that backwards every node is complete when it is added up.
  for (const node of order.toReversed()) {
    if (node.parent === undefined) continue;
    node.parent.below += node.below + 1;
    node.parent.errorBelow ||= node.errorBelow || node.span.status === "error";
  }
  const durationMs = order.reduce(
    (end, { startMs, span }) => Math.max(end, startMs + span.durationMs),
    0,
  );
  return { roots, byId, durationMs };
}

/**
 * The rows, from top to bottom: children follow the parents that are open.
 * @param {Pick<SpanTree, "roots">} tree
 * @param {(node: SpanNode) => boolean} isOpen
 */
export function rows({ roots }, isOpen) {
  /** @type {SpanNode[]} */
  const found = [];
  const waiting = roots.toReversed();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    found.push(node);
    if (!isOpen(node)) continue;
    for (let at = node.children.length - 1; at >= 0; at -= 1) {
      const child = node.children[at];
      if (child !== undefined) waiting.push(child);
    }
  }
  return found;
}

/**
 * @param {SpanNode} node
 * @param {Map<string, SpanNode>} byId
 */
function attach(node, byId) {
  const { parentSpanId } = node.span;
  if (parentSpanId === null || parentSpanId === "") return;
  const parent = byId.get(parentSpanId);
  if (parent === undefined) node.odd = "orphan";
  else if (isAbove(node, parent)) node.odd = "circle";
  else {
    node.parent = parent;
    parent.children.push(node);
  }
}

/**
 * Parents are attached one after the other, so that the way up always ends.
 * @param {SpanNode} node
 * @param {SpanNode} from
 */
function isAbove(node, from) {
  if (node.children.length === 0) return node === from;
  for (let at = /** @type {SpanNode | undefined} */ (from); at !== undefined; at = at.parent) {
    if (at === node) return true;
  }
  return false;
}

/**
 * @param {SpanSummary} a
 * @param {SpanSummary} b
 */
function byStart(a, b) {
  // Of the same length as long as both are after 2001: compared as text, without bigints.
  if (a.startNs.length !== b.startNs.length) return a.startNs.length - b.startNs.length;
  if (a.startNs !== b.startNs) return a.startNs < b.startNs ? -1 : 1;
  return b.durationMs - a.durationMs;
}
