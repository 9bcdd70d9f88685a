/** The list of keys, on `?`. */
import { button, h } from "./dom.js";
import { icon } from "./icons.js";
import { boundKeys } from "./keyboard.js";

export function showHelp() {
  const close = button([icon("close")], () => dialog.close(), {
    class: "button quiet",
    "aria-label": "Close",
  });
  const dialog = h(
    "dialog",
    { class: "help", "aria-label": "Keyboard shortcuts", tabindex: -1, autofocus: true },
    h("header", {}, h("h2", {}, "Keyboard"), close),
    ...boundKeys().map(({ title, bindings }) =>
      h(
        "section",
        {},
        h("h3", {}, title),
        h("dl", {}, ...bindings.flatMap(({ keys, does }) => [keyNames(keys), h("dd", {}, does)])),
      ),
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {readonly string[]} keys */
function keyNames(keys) {
  return h("dt", {}, ...keys.map((key) => h("kbd", {}, key)));
}
