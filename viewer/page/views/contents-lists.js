/** Documents that were found, vectors that were made, tools that were offered. */
import { h, svg } from "../ui/dom.js";
import { longText } from "../ui/long-text.js";
import { oneLine } from "../ui/visible-text.js";
import { count } from "../data/format.js";
import { value } from "./value.js";

/** @import { Document } from "../data/messages.js" */

/** @param {readonly Document[]} documents */
export function documentList(documents) {
  const best = Math.max(...documents.map(({ score }) => score ?? 0), 1);
  return h(
    "ol",
    { class: "documents" },
    ...documents.map(({ id, content, score, metadata }) => {
      const bar = h("i", { class: "score", "aria-hidden": "true" }, h("i", {}));
      /** @type {HTMLElement} */ (bar.firstElementChild).style.setProperty(
        "width",
        `${Math.max(0, (score ?? 0) / best) * 100}%`,
      );
      return h(
        "li",
        {},
        h(
          "header",
          {},
          h("b", {}, oneLine(id, 120) || "document"),
          score === undefined
            ? null
            : h("span", { class: "num" }, bar, String(Number(score.toPrecision(4)))),
        ),
        content === "" ? null : longText(content),
        metadata === "" ? null : value(metadata),
      );
    }),
  );
}

/** @param {readonly { text: string, vector: number[] }[]} vectors */
export function embeddingList(vectors) {
  return h(
    "ol",
    { class: "documents" },
    ...vectors.map(({ text, vector }) =>
      h(
        "li",
        {},
        text === "" ? null : longText(text),
        vector.length === 0 ? null : vectorDrawing(vector),
      ),
    ),
  );
}

const WIDTH = 320;
const HEIGHT = 28;
const MOST_BARS = 160;

/**
 * A vector's shape: enough to see that it is one, is not all zeros, and differs from its neighbour.
 * @param {readonly number[]} vector
 */
function vectorDrawing(vector) {
  const step = Math.max(1, Math.ceil(vector.length / MOST_BARS));
  const bars = vector.filter((_, index) => index % step === 0);
  const most = Math.max(...bars.map(Math.abs), 1e-9);
  const path = bars
    .map((number, index) => {
      const x = ((index + 0.5) / bars.length) * WIDTH;
      return `M${x.toFixed(1)} ${HEIGHT / 2}V${(HEIGHT / 2 - (number / most) * (HEIGHT / 2)).toFixed(1)}`;
    })
    .join("");
  return h(
    "div",
    { class: "vector" },
    svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("path", { d: path }),
    ),
    h(
      "span",
      { class: "dim" },
      `${count(vector.length)} dimensions: ${vector
        .slice(0, 4)
        .map((number) => number.toFixed(4))
        .join(", ")}, …`,
    ),
  );
}

/** @param {readonly { name: string, schema: string }[]} tools */
export function toolList(tools) {
  return h(
    "div",
    {},
    ...tools.map(({ name, schema }) =>
      h(
        "details",
        { class: "offered" },
        h("summary", {}, oneLine(name, 120) || "(unnamed)"),
        value(schema),
      ),
    ),
  );
}
