/**
 * JSON as a tree that is made as it is opened: of a value of any size and depth only what is in sight
 * becomes elements.
 */
import { button, h } from "./dom.js";
import { longText } from "./long-text.js";
import { visible } from "./visible-text.js";
import { count } from "../data/format.js";

/** @import { Json } from "../api-types.js" */

/** How much is open at first. */
const OPEN_DEPTH = 4;
const OPEN_NODES = 120;
/** Of one list or object, before "more". */
const PAGE = 100;
/** Beyond this, parsing takes time that a reader notices. */
const PARSE_CHARS = 4_000_000;

/**
 * The value when the text is a JSON object or array, else undefined.
 * @param {string} text
 * @returns {Json | undefined}
 */
export function parsed(text) {
  if (text.length > PARSE_CHARS || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return /** @type {Json} */ (JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** @param {Json} value */
export function jsonTree(value) {
  const budget = { left: OPEN_NODES };
  return h("div", { class: "json" }, node(undefined, value, 0, budget));
}

/**
 * @param {string | undefined} key
 * @param {Json} value
 * @param {number} depth
 * @param {{ left: number }} budget
 * @returns {HTMLElement}
 */
function node(key, value, depth, budget) {
  budget.left -= 1;
  const label =
    key === undefined ? undefined : h("span", { class: "json-key" }, `${visible(key)}: `);
  if (value === null || typeof value !== "object") {
    return h("div", { class: "json-leaf" }, label, leaf(value));
  }
  const size = Array.isArray(value) ? value.length : Object.keys(value).length;
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (size === 0) return h("div", { class: "json-leaf" }, label, `${open}${close}`);
  const hint = h(
    "span",
    { class: "json-hint" },
    ` ${count(size)} ${open === "[" ? "items" : "keys"} `,
  );
  const details = h(
    "details",
    { class: "json-node" },
    h("summary", {}, label, open, hint, h("span", { class: "json-shut" }, close)),
  );
  let filled = false;
  const fill = () => {
    if (filled) return;
    filled = true;
    details.append(children(value, depth + 1, budget), h("span", { class: "json-close" }, close));
  };
  if (depth < OPEN_DEPTH && budget.left > 0 && size <= PAGE) {
    fill();
    details.open = true;
  }
  details.addEventListener("toggle", fill);
  return details;
}

/**
 * @param {Json[] | { [key: string]: Json }} value
 * @param {number} depth
 * @param {{ left: number }} budget
 */
function children(value, depth, budget) {
  const list = h("div", { class: "json-children" });
  const entries = Array.isArray(value)
    ? value.map((item, index) => /** @type {const} */ ([String(index), item]))
    : Object.entries(value);
  /** @param {number} from */
  const add = (from) => {
    const upTo = Math.min(from + PAGE, entries.length);
    for (const [key, item] of entries.slice(from, upTo)) {
      list.append(node(Array.isArray(value) ? undefined : key, item, depth, budget));
    }
    if (upTo === entries.length) return;
    const more = button(`${count(entries.length - upTo)} more`, () => {
      more.remove();
      add(upTo);
    });
    more.classList.add("more");
    list.append(more);
  };
  add(0);
  return list;
}

/** @param {null | boolean | number | string} value */
function leaf(value) {
  if (typeof value === "string") return longText(value, { shown: 1000, className: "json-string" });
  return h("span", { class: `json-${value === null ? "null" : typeof value}` }, String(value));
}
