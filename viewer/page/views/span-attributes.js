/** All attributes of a span, of its resource and its scope, as a table that can be searched. */
import { count } from "../data/format.js";
import { text } from "../data/messages.js";
import { debounced, h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { longText } from "../ui/long-text.js";
import { marked, searchWords } from "../ui/marks.js";
import { visible } from "../ui/visible-text.js";

/** @import { Attributes, SpanDetail } from "../api-types.js" */

const TYPING_MS = 120;
const SHOWN_CHARS = 300;
/** Rows at once; a search finds the others. */
const MOST_ROWS = 400;

/** @param {SpanDetail} detail */
export function spanAttributes({ attributes, resource, scope }) {
  const input = h("input", {
    type: "search",
    placeholder: "Search attributes",
    "aria-label": "Search attributes",
    spellcheck: "false",
    autocomplete: "off",
  });
  const tables = h("div", {});
  /** @type {[string, Attributes][]} */
  const groups = [
    ["Span", attributes],
    ["Resource", resource.attributes],
    ["Scope", { name: scope.name, version: scope.version, ...scope.attributes }],
  ];
  const draw = () => {
    const words = searchWords(input.value);
    tables.replaceChildren(...groups.map(([title, values]) => table(title, values, words)));
  };
  input.addEventListener("input", debounced(TYPING_MS, draw));
  draw();
  return h(
    "div",
    { class: "attributes" },
    h("label", { class: "search small" }, icon("search"), input),
    tables,
  );
}

/**
 * @param {string} title
 * @param {Attributes} values
 * @param {readonly string[]} words
 */
function table(title, values, words) {
  const all = Object.entries(values).map(
    ([key, value]) => /** @type {const} */ ([key, text(value)]),
  );
  const found = all.filter(([key, value]) =>
    words.every((word) => contains(key, word) || contains(value, word)),
  );
  found.sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
  if (found.length === 0) return h("span", {});
  const rest = found.length - MOST_ROWS;
  return h(
    "section",
    {},
    h(
      "h3",
      {},
      title,
      h(
        "span",
        { class: "dim" },
        words.length > 0
          ? ` ${count(found.length)} of ${count(all.length)}`
          : ` ${count(all.length)}`,
      ),
    ),
    h(
      "table",
      {},
      h(
        "tbody",
        {},
        ...found
          .slice(0, MOST_ROWS)
          .map(([key, value]) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, ...marked(visible(key.slice(0, 500)), words)),
              h("td", {}, longText(value, { words, shown: SHOWN_CHARS })),
            ),
          ),
      ),
    ),
    rest > 0 ? h("p", { class: "dim" }, `${count(rest)} more: search for them.`) : null,
  );
}

/**
 * @param {string} body
 * @param {string} word
 */
function contains(body, word) {
  return body.toLowerCase().includes(word.toLowerCase());
}
