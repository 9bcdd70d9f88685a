/**
 * Makes elements. What a span holds reaches the page as the text of a text node and in no other way:
 * nothing in the page parses markup, and the one place that sets an address from outside is
 * `links.js`.
 */

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, string | number | boolean | null | undefined>} Attrs */

/**
 * An attribute that is null, undefined or false is left out; true is an empty one.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attrs} [attrs]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attrs = {}, ...children) {
  const element = document.createElement(tag);
  setAttrs(element, attrs);
  append(element, children);
  return element;
}

/**
 * The same for a drawing.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Attrs} [attrs]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function svg(tag, attrs = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  setAttrs(element, attrs);
  append(element, children);
  return element;
}

/**
 * @template {Element} T
 * @param {T} element
 * @param {Attrs} attrs
 * @returns {T}
 */
export function setAttrs(element, attrs) {
  for (const [name, value] of Object.entries(attrs)) {
    if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  return element;
}

/**
 * @param {Element} element
 * @param {readonly Child[]} children
 */
export function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(typeof child === "number" ? String(child) : child);
  }
}

/**
 * @param {string | Child[]} content
 * @param {() => void} run
 * @param {Attrs} [attrs]
 */
export function button(content, run, attrs = {}) {
  const children = typeof content === "string" ? [content] : content;
  const element = h("button", { type: "button", class: "button", ...attrs }, ...children);
  element.addEventListener("click", run);
  return element;
}

/**
 * Runs once things have been quiet for a while, with the last arguments.
 * @template {unknown[]} A
 * @param {number} quietMs
 * @param {(...args: A) => void} run
 */
export function debounced(quietMs, run) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @param {A} args */
  const later = (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...args), quietMs);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}
