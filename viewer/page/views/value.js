/** A value as text: JSON as a tree that can be opened, everything else as it is; with a way to copy it. */
import { copy } from "../ui/copy.js";
import { button, h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { jsonTree, parsed } from "../ui/json-tree.js";
import { longText } from "../ui/long-text.js";

/** @param {string} body */
export function value(body) {
  const json = parsed(body);
  const shown = json === undefined ? longText(body) : jsonTree(json);
  const copyButton = button([icon("copy")], () => void copy(body, "the text"), {
    class: "button quiet copy",
    "aria-label": "Copy",
    title: "Copy",
  });
  return h("div", { class: "value" }, shown, copyButton);
}
