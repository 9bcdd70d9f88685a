/** The kinds of spans: each has a colour (`--kind` of its class in base.css), a sign and a word. */
import { h } from "./dom.js";
import { icon } from "./icons.js";

/** @import { IconName } from "./icons.js" */

/** @type {Record<string, { icon: IconName, word: string }>} */
const KINDS = {
  AGENT: { icon: "agent", word: "agent" },
  LLM: { icon: "model", word: "model call" },
  TOOL: { icon: "tool", word: "tool call" },
  RETRIEVER: { icon: "retriever", word: "retrieval" },
  EMBEDDING: { icon: "embedding", word: "embedding" },
  GUARDRAIL: { icon: "guardrail", word: "guardrail" },
  CHAIN: { icon: "chain", word: "step" },
  RERANKER: { icon: "reranker", word: "reranking" },
  EVALUATOR: { icon: "evaluator", word: "evaluation" },
  PROMPT: { icon: "prompt", word: "prompt" },
};

const OTHER = { icon: /** @type {IconName} */ ("other"), word: "span" };

/** @param {string} kind */
function known(kind) {
  return Object.hasOwn(KINDS, kind) ? (KINDS[kind] ?? OTHER) : OTHER;
}

/** @param {string} kind */
export function kindClass(kind) {
  return known(kind) === OTHER ? "k-other" : `k-${kind.toLowerCase()}`;
}

/** @param {string} kind */
export function kindWord(kind) {
  return known(kind).word;
}

/** @param {string} kind */
export function kindSign(kind) {
  const { icon: name, word } = known(kind);
  return h("span", { class: `kind ${kindClass(kind)}`, title: word }, icon(name));
}

/** @param {string} kind */
export function kindBadge(kind) {
  return h("span", { class: `badge ${kindClass(kind)}` }, icon(known(kind).icon), kind || "SPAN");
}
