/** A list that opens under a button: values to choose from, narrowed by typing. */
import { h } from "./dom.js";
import { oneLine } from "./visible-text.js";

/**
 * @typedef {object} Choice
 * @property {string} label
 * @property {string} [hint]
 * @property {() => void} choose
 */

const MOST_SHOWN = 200;

/**
 * @param {HTMLElement} anchor
 * @param {string} label
 * @param {readonly Choice[]} choices
 * @param {{ placeholder?: string, other?: (text: string) => Choice | undefined }} [options] `other`
 *   makes a choice of what was typed
 */
export function openMenu(anchor, label, choices, { placeholder = "Filter…", other } = {}) {
  document.querySelector(".menu")?.remove();
  const input = h("input", {
    type: "text",
    placeholder,
    "aria-label": placeholder,
    autocomplete: "off",
    spellcheck: "false",
  });
  const list = h("div", { class: "menu-list", role: "menu", "aria-label": label });
  const menu = h("div", { class: "menu" }, input, list);
  /** @type {Choice[]} */
  let shown = [];
  let at = 0;

  const close = () => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
  };
  /** @param {Choice} choice */
  const take = (choice) => {
    close();
    anchor.focus();
    choice.choose();
  };
  /** @param {Event} event */
  const outside = (event) => {
    if (event.target instanceof Node && !menu.contains(event.target)) close();
  };
  const draw = () => {
    const text = input.value.trim().toLowerCase();
    shown = choices
      .filter(({ label: name }) => name.toLowerCase().includes(text))
      .slice(0, MOST_SHOWN);
    const typed = text === "" ? undefined : other?.(input.value.trim());
    if (typed !== undefined) shown.push(typed);
    at = Math.min(at, Math.max(0, shown.length - 1));
    list.replaceChildren(...shown.map(item));
    if (shown.length === 0) list.append(h("p", { class: "dim" }, "Nothing to choose from"));
  };
  /**
   * @param {Choice} choice
   * @param {number} index
   */
  const item = (choice, index) => {
    const element = h(
      "button",
      { type: "button", role: "menuitem", class: index === at ? "at" : null, tabindex: -1 },
      h("span", { class: "name" }, oneLine(choice.label, 80)),
      h("span", { class: "dim" }, choice.hint),
    );
    element.addEventListener("click", () => take(choice));
    return element;
  };
  input.addEventListener("input", () => {
    at = 0;
    draw();
  });
  menu.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const chosen = shown[at];
    if (event.key === "Escape") {
      close();
      anchor.focus();
    } else if (event.key === "Enter" && chosen !== undefined) take(chosen);
    else if (step !== 0 && shown.length > 0) {
      at = (at + step + shown.length) % shown.length;
      draw();
      list.children[at]?.scrollIntoView({ block: "nearest" });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  draw();
  const { left, bottom } = anchor.getBoundingClientRect();
  menu.style.setProperty("left", `${Math.min(left, innerWidth - 300)}px`);
  menu.style.setProperty("top", `${bottom + 4}px`);
  document.body.append(menu);
  document.addEventListener("pointerdown", outside, true);
  input.focus();
}
