/** Small things that several views show in the same way. */
import { ago, compact, cost, count, dateTime, duration, exactCost } from "../data/format.js";
import { h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { oneLine } from "../ui/visible-text.js";

/** @import { Child } from "../ui/dom.js" */
/** @import { Tokens, TraceStatus } from "../api-types.js" */

/** @param {TraceStatus | "unset"} status */
export function statusSign(status) {
  const words = { ok: "OK", unset: "OK", error: "Error", open: "Running" };
  return h(
    "span",
    {
      class: `status status-${status}`,
      title: words[status],
      role: "img",
      "aria-label": words[status],
    },
    status === "error" ? icon("error") : null,
  );
}

/**
 * @param {string} label
 * @param {Child} value
 * @param {string} [title]
 */
export function fact(label, value, title) {
  return h("div", { class: "fact", title }, h("dt", {}, label), h("dd", {}, value));
}

/** @param {Tokens} tokens */
export function tokensTitle(tokens) {
  const lines = [`${count(tokens.prompt)} prompt`, `${count(tokens.completion)} completion`];
  if (tokens.cacheRead > 0)
    lines.push(`${count(tokens.cacheRead)} of the prompt read from a cache`);
  if (tokens.reasoning > 0)
    lines.push(`${count(tokens.reasoning)} of the completion for reasoning`);
  return lines.join("\n");
}

/**
 * @param {string} name
 * @param {Child} text
 * @param {string} [title]
 */
export function cell(name, text, title) {
  return h("span", { class: `cell cell-${name}`, role: "gridcell", title }, text);
}

/** @param {Tokens} tokens */
export function tokensCell(tokens) {
  return cell(
    "tokens num",
    tokens.total === 0 ? h("span", { class: "dim" }, "–") : compact(tokens.total),
    tokensTitle(tokens),
  );
}

/** @param {number | null} usd */
export function costCell(usd) {
  return cell(
    "cost num",
    usd === null ? h("span", { class: "dim" }, "–") : cost(usd),
    exactCost(usd),
  );
}

/** @param {number} ms */
export function durationCell(ms) {
  return cell("duration num", duration(ms));
}

/** @param {number} ms */
export function agoCell(ms) {
  const element = h(
    "time",
    { datetime: Number.isFinite(ms) ? new Date(ms).toISOString() : null, "data-ms": ms },
    ago(ms),
  );
  return cell("when num", element, dateTime(ms));
}

/**
 * "3 min ago" grows old by itself.
 * @param {HTMLElement} element
 * @returns {() => void} ends it
 */
export function keepTimesFresh(element) {
  const timer = setInterval(() => {
    for (const time of element.querySelectorAll("time[data-ms]")) {
      time.textContent = ago(Number(time.getAttribute("data-ms")));
    }
  }, 5000);
  return () => clearInterval(timer);
}

/** @param {readonly string[]} agents */
export function agentsCell(agents) {
  const shown = agents.slice(0, 2).map((name) => h("span", { class: "tag" }, oneLine(name, 24)));
  const rest = agents.length > 2 ? h("span", { class: "tag" }, `+${agents.length - 2}`) : null;
  return h(
    "span",
    {
      class: "cell cell-agents",
      role: "gridcell",
      title: agents.map((name) => oneLine(name)).join(" → "),
    },
    ...shown,
    rest,
  );
}

/**
 * @param {string} title
 * @param {...Child} children
 */
export function emptyState(title, ...children) {
  return h("div", { class: "empty" }, h("h2", {}, title), ...children);
}

/**
 * @param {Error} error
 * @param {() => void} again
 */
export function failure(error, again) {
  const retry = h("button", { type: "button", class: "button" }, "Try again");
  retry.addEventListener("click", again);
  return h(
    "div",
    { class: "failure", role: "alert" },
    icon("error"),
    h("p", {}, error.message),
    retry,
  );
}
