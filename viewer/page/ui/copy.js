/** Copying and saving, with a word on what came of it. */
import { h } from "./dom.js";

const SHOWN_MS = 2500;

/**
 * Said at the edge of the page, to screen readers too.
 * @param {string} text
 */
export function notice(text) {
  const box = document.getElementById("notices") ?? noticeBox();
  const line = h("div", { class: "notice" }, text);
  box.append(line);
  setTimeout(() => line.remove(), SHOWN_MS);
}

function noticeBox() {
  const box = h("div", { id: "notices", role: "status", "aria-live": "polite" });
  document.body.append(box);
  return box;
}

/**
 * @param {string} text
 * @param {string} what
 */
export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    notice(`Copied ${what}.`);
  } catch {
    notice("The browser does not let this page copy.");
  }
}
