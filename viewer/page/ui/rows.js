/**
 * A table of any length, of which only the rows in sight exist. All rows have one height, the place
 * of each follows from its number, and scrolling exchanges what is in sight. One row is current: it
 * is what the keys move, and what screen readers are told through `aria-activedescendant`.
 */
import { h } from "./dom.js";

/**
 * @typedef {object} RowsOptions
 * @property {number} rowHeight
 * @property {"grid" | "treegrid"} role
 * @property {string} label
 * @property {(index: number, row: HTMLElement) => void} draw fills a row that is empty
 * @property {(index: number) => void} [onSelect]
 * @property {(index: number, event: MouseEvent | undefined) => void} [onOpen]
 * @property {() => void} [onNearEnd]
 */

/** Rows beyond the edges, so that a quick scroll finds some there. */
const OVERSCAN = 8;
const NEAR_END_ROWS = 20;

let grids = 0;

export class Rows {
  /** @type {RowsOptions} */
  #options;
  #id = `rows${(grids += 1)}`;
  #count = 0;
  #current = -1;
  /** @type {Map<number, HTMLElement>} */
  #inSight = new Map();
  #sizer = h("div", { class: "rows-sizer", role: "rowgroup" });
  #resized = new ResizeObserver(() => this.#place());

  /** @param {RowsOptions} options */
  constructor(options) {
    this.#options = options;
    const { role, label } = options;
    this.element = h("div", { class: "rows", role, "aria-label": label, tabindex: 0 }, this.#sizer);
    this.element.addEventListener("scroll", () => this.#place(), { passive: true });
    this.#sizer.addEventListener("click", (event) => this.#clicked(event));
    this.#resized.observe(this.element);
  }

  get current() {
    return this.#current;
  }

  get count() {
    return this.#count;
  }

  /**
   * How many there are; all that is in sight is drawn anew.
   * @param {number} count
   */
  setCount(count) {
    this.#count = count;
    this.#sizer.style.setProperty("height", `${count * this.#options.rowHeight}px`);
    this.element.setAttribute("aria-rowcount", String(count));
    if (this.#current >= count) this.#current = count - 1;
    this.redraw();
  }

  redraw() {
    for (const row of this.#inSight.values()) row.remove();
    this.#inSight.clear();
    this.#place();
  }

  /**
   * Makes a row the current one, without telling `onSelect`.
   * @param {number} index
   * @param {{ scroll?: boolean }} [options]
   */
  setCurrent(index, { scroll = true } = {}) {
    const before = this.#inSight.get(this.#current);
    before?.setAttribute("aria-selected", "false");
    this.#current = index;
    if (scroll && index >= 0) this.#scrollTo(index);
    this.#inSight.get(index)?.setAttribute("aria-selected", "true");
    this.#sayCurrent();
  }

  /** @param {number} by */
  move(by) {
    if (this.#count === 0) return;
    const to = Math.max(0, Math.min(this.#count - 1, this.#current + by));
    this.setCurrent(this.#current < 0 ? 0 : to);
    this.#options.onSelect?.(this.#current);
  }

  open() {
    if (this.#current >= 0) this.#options.onOpen?.(this.#current, undefined);
  }

  /** @param {number} rows */
  shift(rows) {
    this.element.scrollTop += rows * this.#options.rowHeight;
  }

  close() {
    this.#resized.disconnect();
  }

  /** @param {number} index */
  #scrollTo(index) {
    const { rowHeight } = this.#options;
    const top = index * rowHeight;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + rowHeight > scrollTop + clientHeight) {
      this.element.scrollTop = top + rowHeight - clientHeight;
    }
    this.#place();
  }

  #place() {
    const { rowHeight, onNearEnd } = this.#options;
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / rowHeight) - OVERSCAN);
    const end = Math.min(this.#count, Math.ceil((scrollTop + clientHeight) / rowHeight) + OVERSCAN);
    for (const [index, row] of this.#inSight) {
      if (index >= first && index < end) continue;
      row.remove();
      this.#inSight.delete(index);
    }
    for (let index = first; index < end; index += 1) {
      if (!this.#inSight.has(index)) this.#draw(index);
    }
    this.#sayCurrent();
    if (end + NEAR_END_ROWS > this.#count && this.#count > 0) onNearEnd?.();
  }

  /** @param {number} index */
  #draw(index) {
    const row = h("div", {
      class: "row",
      role: "row",
      id: `${this.#id}-${index}`,
      "aria-rowindex": index + 1,
      "aria-selected": index === this.#current ? "true" : "false",
    });
    row.dataset["index"] = String(index);
    row.style.setProperty("transform", `translateY(${index * this.#options.rowHeight}px)`);
    this.#options.draw(index, row);
    this.#inSight.set(index, row);
    this.#sizer.append(row);
  }

  #sayCurrent() {
    if (this.#inSight.has(this.#current)) {
      this.element.setAttribute("aria-activedescendant", `${this.#id}-${this.#current}`);
    } else {
      this.element.removeAttribute("aria-activedescendant");
    }
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    if (!(event.target instanceof Element) || event.defaultPrevented) return;
    if (event.target.closest("button, input") !== null) return;
    /** @type {HTMLElement | null} */
    const row = event.target.closest(".row");
    if (row === null) return;
    // A link's own ways to open, in another tab or window, stay the browser's.
    if (event.target.closest("a") !== null && (event.ctrlKey || event.metaKey || event.shiftKey))
      return;
    event.preventDefault();
    const index = Number(row.dataset["index"]);
    this.setCurrent(index, { scroll: false });
    this.#options.onSelect?.(index);
    this.#options.onOpen?.(index, event);
  }
}
