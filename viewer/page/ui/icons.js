/** The page's few signs, drawn on 16 by 16 in the colour of the text around them. */
import { svg } from "./dom.js";

const PATHS = {
  agent:
    "M8 2.2v1.6M4 5.2h8a1.4 1.4 0 0 1 1.4 1.4v4.6a1.4 1.4 0 0 1-1.4 1.4H4a1.4 1.4 0 0 1-1.4-1.4V6.6A1.4 1.4 0 0 1 4 5.2zM5.9 8.2v1M10.1 8.2v1",
  model: "M8 2l1.5 4.5L14 8l-4.5 1.5L8 14l-1.5-4.5L2 8l4.5-1.5z",
  tool: "M9.6 3.2a3.2 3.2 0 0 0-.5 3.9L3 13.2l-.2-.2 6.1-6.1M9.6 3.2l1.2 2 2 1.2a3.2 3.2 0 0 1-3.7.7M3 13.2 1.9 12l6-6",
  retriever: "M7 2.6a4.4 4.4 0 1 1 0 8.8 4.4 4.4 0 0 1 0-8.8zM10.2 10.2 13.6 13.6",
  embedding: "M3 4.5h.01M8 3h.01M13 5.5h.01M4.5 9h.01M9 8h.01M12 11h.01M3.5 13h.01M8 12.5h.01",
  guardrail: "M8 2l5 1.8v3.9c0 3-2.1 5.2-5 6.3-2.9-1.1-5-3.3-5-6.3V3.8z",
  chain: "M3 8h10M9.5 4.5 13 8l-3.5 3.5",
  reranker: "M3 4h10M3 8h7M3 12h4",
  evaluator: "M3 8.5l3.2 3.2L13 4.8",
  prompt: "M3 3.5h10v7H7l-3 2.6v-2.6H3z",
  other: "M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
  error: "M8 4.4v4.2M8 11.2v.1",
  search: "M7 2.6a4.4 4.4 0 1 1 0 8.8 4.4 4.4 0 0 1 0-8.8zM10.2 10.2 13.6 13.6",
  moon: "M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6z",
  sun: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM8 1.4v1.4M8 13.2v1.4M1.4 8h1.4M13.2 8h1.4M3.3 3.3l1 1M11.7 11.7l1 1M3.3 12.7l1-1M11.7 4.3l1-1",
  close: "M4 4l8 8M12 4l-8 8",
  plus: "M8 3.2v9.6M3.2 8h9.6",
  copy: "M5.5 5.5V3h7.5v7.5h-2.5M3 5.5h7.5V13H3z",
  download: "M8 2.5v7.2M4.8 6.8 8 10l3.2-3.2M3 13h10",
  compare: "M5 3v10M11 3v10M2.5 5.5 5 3l2.5 2.5M8.5 10.5 11 13l2.5-2.5",
  right: "M6 3.5 10.5 8 6 12.5",
  left: "M10 3.5 5.5 8l4.5 4.5",
  external: "M6 3H3v10h10v-3M9 3h4v4M13 3 7.5 8.5",
  clock: "M8 2.4a5.6 5.6 0 1 1 0 11.2A5.6 5.6 0 0 1 8 2.4zM8 5v3.2l2.2 1.4",
};

/** @typedef {keyof typeof PATHS} IconName */

/**
 * Decoration: what it means is said in words beside it, or by its parent's label.
 * @param {IconName} name
 */
export function icon(name) {
  return svg(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] }),
  );
}
