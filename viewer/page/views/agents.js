/**
 * A trace's agents as a graph: who handed over to whom, who called whom. Agents stand in columns by how
 * far they are from the first; an arrow that leads back runs below.
 */
import { agentGraph } from "../data/agent-graph.js";
import { compact, duration, plural } from "../data/format.js";
import { h, svg } from "../ui/dom.js";
import { oneLine } from "../ui/visible-text.js";
import { emptyState } from "./parts.js";

/** @import { AgentEdge, AgentNode } from "../data/agent-graph.js" */
/** @import { SpanTree } from "../data/span-tree.js" */

const WIDTH = 204;
const HEIGHT = 76;
const GAP_X = 110;
const GAP_Y = 34;
const MARGIN = 28;
const BACK_DROP = 46;

/** @typedef {AgentNode & { x: number, y: number }} Placed */

/**
 * @param {SpanTree} tree
 * @param {(spanId: string) => void} select
 */
export function agentsView(tree, select) {
  const { nodes, edges } = agentGraph(tree);
  if (nodes.length === 0)
    return emptyState("No agents", h("p", {}, "No span of this trace is an agent's."));
  const placed = place(nodes);
  const leadsBack = edges.some(
    ({ from, to }) => (placed.get(to)?.layer ?? 0) <= (placed.get(from)?.layer ?? 0),
  );
  const right = Math.max(...[...placed.values()].map(({ x }) => x)) + WIDTH + MARGIN;
  const bottom =
    Math.max(...[...placed.values()].map(({ y }) => y)) +
    HEIGHT +
    MARGIN +
    (leadsBack ? BACK_DROP : 0);
  const drawing = svg(
    "svg",
    {
      class: "graph",
      width: right,
      height: bottom,
      viewBox: `0 0 ${right} ${bottom}`,
      role: "group",
      "aria-label": "Agents and handoffs",
    },
    svg("defs", {}, arrowHead("arrow-call"), arrowHead("arrow-handoff")),
    ...edges.map((edge) => drawEdge(edge, placed)),
    ...[...placed.values()].map((node) => drawNode(node, select)),
  );
  return h("div", { class: "graph-view", tabindex: 0 }, drawing, legend(edges));
}

/** @param {readonly AgentNode[]} nodes */
function place(nodes) {
  /** @type {Map<number, number>} */
  const perLayer = new Map();
  const most = Math.max(
    ...nodes.map((node) => nodes.filter(({ layer }) => layer === node.layer).length),
  );
  /** @type {Map<string, Placed>} */
  const placed = new Map();
  for (const node of nodes) {
    const at = perLayer.get(node.layer) ?? 0;
    perLayer.set(node.layer, at + 1);
    const inLayer = nodes.filter(({ layer }) => layer === node.layer).length;
    const top = ((most - inLayer) * (HEIGHT + GAP_Y)) / 2;
    placed.set(node.name, {
      ...node,
      x: MARGIN + node.layer * (WIDTH + GAP_X),
      y: MARGIN + top + at * (HEIGHT + GAP_Y),
    });
  }
  return placed;
}

/** @param {string} id */
function arrowHead(id) {
  return svg(
    "marker",
    {
      id,
      viewBox: "0 0 8 8",
      refX: 7,
      refY: 4,
      markerWidth: 7,
      markerHeight: 7,
      orient: "auto-start-reverse",
    },
    svg("path", { d: "M0 0.8 7 4 0 7.2z" }),
  );
}

/**
 * @param {AgentEdge} edge
 * @param {ReadonlyMap<string, Placed>} placed
 */
function drawEdge(edge, placed) {
  const from = placed.get(edge.from);
  const to = placed.get(edge.to);
  if (from === undefined || to === undefined) return null;
  const { path, x, y } = route(from, to);
  const word = edge.kind === "handoff" ? "handoff" : "calls";
  return svg(
    "g",
    {
      class: `edge edge-${edge.kind}`,
      role: "img",
      "aria-label": `${edge.from} ${edge.kind === "handoff" ? "hands over to" : "calls"} ${edge.to}, ${plural(edge.count, "time")}`,
    },
    svg("path", { d: path, "marker-end": `url(#arrow-${edge.kind})` }),
    svg(
      "text",
      { x, y, "text-anchor": "middle" },
      edge.count > 1 ? `${word} ×${edge.count}` : word,
    ),
  );
}

/**
 * @param {Placed} from
 * @param {Placed} to
 */
function route(from, to) {
  const startY = from.y + HEIGHT / 2;
  const endY = to.y + HEIGHT / 2;
  if (to.layer > from.layer) {
    const [start, end] = [from.x + WIDTH, to.x - 2];
    const bend = (end - start) / 2;
    return {
      path: `M${start} ${startY}C${start + bend} ${startY} ${end - bend} ${endY} ${end} ${endY}`,
      x: (start + end) / 2,
      y: (startY + endY) / 2 - 8,
    };
  }
  // Back, to the same column, or to itself: around below.
  const start = from.x + WIDTH / 2 + 20;
  const end = to.x + WIDTH / 2 - 20;
  const low = Math.max(from.y, to.y) + HEIGHT + BACK_DROP;
  return {
    path: `M${start} ${from.y + HEIGHT}C${start} ${low} ${end} ${low} ${end} ${to.y + HEIGHT + 2}`,
    x: (start + end) / 2,
    y: low - 6,
  };
}

/**
 * @param {Placed} node
 * @param {(spanId: string) => void} select
 */
function drawNode(
  { name, x, y, runs, llmCalls, toolCalls, tokens, durationMs, errors, firstSpanId },
  select,
) {
  const did = [
    llmCalls > 0 ? plural(llmCalls, "model call") : "",
    toolCalls > 0 ? plural(toolCalls, "tool call") : "",
  ].filter((part) => part !== "");
  const facts = did.length > 0 ? did.join(" · ") : runs > 0 ? "no calls of its own" : "did not run";
  const numbers = [
    runs > 0 ? duration(durationMs) : "",
    tokens > 0 ? `${compact(tokens)} tokens` : "",
  ]
    .filter((part) => part !== "")
    .join(" · ");
  const group = svg(
    "g",
    {
      class: `agent ${errors > 0 ? "has-errors" : ""}`,
      transform: `translate(${x} ${y})`,
      tabindex: 0,
      role: "button",
      "data-key": name,
      "data-span": firstSpanId,
      "aria-label": `${name}: ${facts}, ${numbers}${errors > 0 ? `, ${plural(errors, "error")}` : ""}`,
    },
    svg("rect", { width: WIDTH, height: HEIGHT, rx: 10 }),
    svg("rect", { class: "edge-mark", width: 4, height: HEIGHT - 24, x: 0, y: 12, rx: 2 }),
    svg("text", { class: "agent-name", x: 18, y: 26 }, oneLine(name, 22)),
    svg("text", { class: "agent-facts", x: 18, y: 45 }, facts),
    svg("text", { class: "agent-facts", x: 18, y: 62 }, numbers),
    errors > 0
      ? svg(
          "text",
          { class: "agent-errors", x: WIDTH - 14, y: 26, "text-anchor": "end" },
          `${errors} failed`,
        )
      : null,
  );
  const choose = () => {
    const spanId = group.dataset["span"] ?? "";
    if (spanId !== "") select(spanId);
  };
  group.addEventListener("click", choose);
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose();
  });
  return group;
}

/** @param {readonly AgentEdge[]} edges */
function legend(edges) {
  if (edges.length === 0) return h("p", { class: "dim legend" }, "One agent did it all.");
  const kinds = new Set(edges.map(({ kind }) => kind));
  return h(
    "p",
    { class: "dim legend" },
    kinds.has("handoff")
      ? h("span", {}, h("i", { class: "line line-handoff" }), "hands the conversation over")
      : null,
    kinds.has("call")
      ? h("span", {}, h("i", { class: "line line-call" }), "calls, and goes on when it is done")
      : null,
  );
}
