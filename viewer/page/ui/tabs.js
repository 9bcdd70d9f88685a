/** A row of tabs, one of them current, with the keys that tabs have. */
import { h } from "./dom.js";

/**
 * @template {string} N
 * @param {string} label
 * @param {Readonly<Record<N, string>>} names
 * @param {N} first
 * @param {(name: N) => void} choose
 */
export function tabs(label, names, first, choose) {
  /** @type {Map<N, HTMLButtonElement>} */
  const made = new Map();
  const element = h("div", { class: "tabs", role: "tablist", "aria-label": label });
  for (const [name, text] of /** @type {[N, string][]} */ (Object.entries(names))) {
    const tab = h("button", { type: "button", role: "tab" }, text);
    tab.addEventListener("click", () => choose(name));
    made.set(name, tab);
    element.append(tab);
  }
  element.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const all = [...made.keys()];
    const at = all.findIndex((name) => made.get(name) === document.activeElement);
    const next = all[(at + step + all.length) % all.length];
    if (next === undefined) return;
    choose(next);
    made.get(next)?.focus();
  });
  /** @param {N} current */
  const setCurrent = (current) => {
    for (const [name, tab] of made) {
      tab.setAttribute("aria-selected", String(name === current));
      tab.tabIndex = name === current ? 0 : -1;
    }
  };
  setCurrent(first);
  return { element, setCurrent };
}
