/**
 * Who worked for whom in a trace: the agents that ran, and an edge where one called or handed over to
 * another. Taken from the spans: an agent's span inside another agent's is a call, a span that
 * says so is a handover.
 */
import { rows } from "./span-tree.js";

/** @import { SpanNode, SpanTree } from "./span-tree.js" */

/**
 * @typedef {object} AgentNode
 * @property {string} name
 * @property {number} runs
 * @property {number} llmCalls
 * @property {number} toolCalls
 * @property {number} tokens
 * @property {number} durationMs
 * @property {number} errors
 * @property {string} firstSpanId
 * @property {number} layer 0 for those that nobody called
 */

/** @typedef {{ from: string, to: string, kind: "call" | "handoff", count: number }} AgentEdge */

/**
 * @param {SpanTree} tree
 * @returns {{ nodes: AgentNode[], edges: AgentEdge[] }}
 */
export function agentGraph(tree) {
  /** @type {Map<string, AgentNode>} */
  const nodes = new Map();
  /** @type {Map<string, AgentEdge>} */
  const edges = new Map();
  /** @type {Map<SpanNode, string>} */
  const agentOf = new Map();
  const order = rows(tree, () => true);
  const handedTo = new Set(order.flatMap(({ span }) => span.handoff?.to ?? []));

  for (const node of order) {
    const above = node.parent === undefined ? undefined : agentOf.get(node.parent);
    const own = node.span.kind === "AGENT" ? nameOf(node) : undefined;
    const agent = own ?? above;
    if (agent === undefined) continue;
    agentOf.set(node, agent);
    const entry = nodes.get(agent) ?? newNode(agent, node.span.spanId);
    nodes.set(agent, entry);
    if (own !== undefined) {
      entry.runs += 1;
      entry.durationMs += node.span.durationMs;
      // A handover is told by its own span.
      if (above !== undefined && above !== own && !handedTo.has(own))
        addEdge(edges, above, own, "call");
    }
    if (node.span.kind === "LLM") entry.llmCalls += 1;
    if (node.span.kind === "TOOL") entry.toolCalls += 1;
    if (node.span.kind === "LLM") entry.tokens += node.span.tokens?.total ?? 0;
    if (node.span.status === "error") entry.errors += 1;
    const { handoff } = node.span;
    if (handoff !== null) addEdge(edges, handoff.from, handoff.to, "handoff");
  }
  for (const name of [...edges.values()].flatMap(({ from, to }) => [from, to])) {
    if (!nodes.has(name)) nodes.set(name, newNode(name, ""));
  }
  layer(nodes, [...edges.values()]);
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

/** @param {SpanNode} node */
function nameOf({ span, children }) {
  // A run's own span carries the name of its agent; one around it is called after the run.
  const name = span.agent ?? span.name;
  const inner = children.some(
    (child) => child.span.kind === "AGENT" && child.span.agent === span.agent,
  );
  return inner ? span.name : name;
}

/**
 * @param {string} name
 * @param {string} firstSpanId
 * @returns {AgentNode}
 */
function newNode(name, firstSpanId) {
  return {
    name,
    runs: 0,
    llmCalls: 0,
    toolCalls: 0,
    tokens: 0,
    durationMs: 0,
    errors: 0,
    firstSpanId,
    layer: 0,
  };
}

/**
 * @param {Map<string, AgentEdge>} edges
 * @param {string} from
 * @param {string} to
 * @param {"call" | "handoff"} kind
 */
function addEdge(edges, from, to, kind) {
  const key = JSON.stringify([from, to, kind]);
  const edge = edges.get(key) ?? { from, to, kind, count: 0 };
  edge.count += 1;
  edges.set(key, edge);
}

/**
 * A layer further than who came before. Agents hand back, so that edges make circles: the first way
 * to an agent counts.
 * @param {Map<string, AgentNode>} nodes
 * @param {readonly AgentEdge[]} edges
 */
function layer(nodes, edges) {
  const targets = new Set(edges.map(({ to }) => to));
  const starts = [...nodes.keys()].filter((name) => !targets.has(name));
  const first = nodes.keys().next().value;
  const reached = new Set(starts.length > 0 || first === undefined ? starts : [first]);
  for (const name of reached) {
    for (const { from, to } of edges) {
      const target = nodes.get(to);
      if (from !== name || reached.has(to) || target === undefined) continue;
      target.layer = (nodes.get(from)?.layer ?? 0) + 1;
      reached.add(to);
    }
  }
}
