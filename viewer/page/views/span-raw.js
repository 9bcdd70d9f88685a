/** A span as the server has it, as JSON. */
import { copy } from "../ui/copy.js";
import { button, h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { jsonTree } from "../ui/json-tree.js";
import { longText } from "../ui/long-text.js";

/** @import { Json, SpanDetail } from "../api-types.js" */

/** @param {SpanDetail} detail */
export function spanRaw(detail) {
  const body = JSON.stringify(detail, null, 2);
  const view = h("div", {}, longText(body, { className: "mono", shown: 20_000 }));
  let asTree = false;
  const tree = button("As a tree", () => {
    asTree = !asTree;
    tree.textContent = asTree ? "As text" : "As a tree";
    const value = /** @type {Json} */ (/** @type {unknown} */ (detail));
    view.replaceChildren(
      asTree ? jsonTree(value) : longText(body, { className: "mono", shown: 20_000 }),
    );
  });
  const copyButton = button([icon("copy"), "Copy JSON"], () => void copy(body, "the span"));
  return h("div", { class: "raw" }, h("div", { class: "actions" }, copyButton, tree), view);
}
