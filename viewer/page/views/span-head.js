/** A span's name and the numbers that matter first. */
import { count, duration, exactCost } from "../data/format.js";
import { h } from "../ui/dom.js";
import { kindBadge } from "../ui/kinds.js";
import { oneLine } from "../ui/visible-text.js";
import { fact } from "./parts.js";
import { known } from "../data/totals.js";

/** @import { Child } from "../ui/dom.js" */
/** @import { SpanNode } from "../data/span-tree.js" */
/** @import { Tokens } from "../api-types.js" */

/** @param {SpanNode} node */
export function spanHead({ span, startMs }) {
  /** @type {Child[]} */
  const facts = [
    fact("Duration", duration(span.durationMs)),
    fact("Started", `+${duration(startMs)}`),
  ];
  if (span.model !== null) facts.push(fact("Model", oneLine(span.model, 60)));
  if (span.tool !== null) facts.push(fact("Tool", oneLine(span.tool, 60)));
  if (span.agent !== null) facts.push(fact("Agent", oneLine(span.agent, 60)));
  if (span.ttftMs !== null) facts.push(fact("First token", duration(span.ttftMs)));
  if (span.costUsd !== null) facts.push(fact("Cost", exactCost(span.costUsd)));
  return [
    h(
      "div",
      { class: "span-title" },
      kindBadge(span.kind),
      h("h2", { title: oneLine(span.name) }, oneLine(span.name, 200) || "(unnamed)"),
    ),
    h("dl", { class: "facts" }, ...facts),
    ...(known(span.tokens).total === 0 ? [] : [tokenBar(known(span.tokens))]),
  ];
}

/**
 * Tokens as a bar: what was read (and of that, from a cache), what was written (and of that, to think).
 * @param {Tokens} tokens
 */
function tokenBar(tokens) {
  const { prompt, completion, cacheRead, reasoning } = tokens;
  const parts = [
    { name: "cached", label: "cached", value: Math.min(cacheRead, prompt) },
    { name: "prompt", label: "prompt", value: prompt - Math.min(cacheRead, prompt) },
    { name: "reasoning", label: "reasoning", value: Math.min(reasoning, completion) },
    {
      name: "completion",
      label: "completion",
      value: completion - Math.min(reasoning, completion),
    },
  ].filter(({ value }) => value > 0);
  const bar = h("div", { class: "token-bar", "aria-hidden": "true" });
  for (const { name, value } of parts) {
    const part = h("span", { class: `token-part t-${name}` });
    part.style.setProperty("flex-grow", String(value));
    bar.append(part);
  }
  return h(
    "div",
    { class: "tokens" },
    bar,
    h(
      "ul",
      {},
      ...parts.map(({ name, label, value }) =>
        h(
          "li",
          {},
          h("i", { class: `t-${name}`, "aria-hidden": "true" }),
          h("b", {}, count(value)),
          ` ${label}`,
        ),
      ),
      h("li", { class: "dim" }, `${count(tokens.total)} tokens`),
    ),
  );
}
