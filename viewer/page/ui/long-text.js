/**
 * A text of any length. The first part is shown at once; "Show all" adds the rest in blocks, a few
 * each frame, and the browser lays out only those in sight, so that ten megabytes do not stop the page.
 */
import { button, h } from "./dom.js";
import { currentWords, marked } from "./marks.js";
import { visible } from "./visible-text.js";
import { size } from "../data/format.js";

const SHOWN_CHARS = 4000;
/** A little more than is shown is not worth a button. */
const SLACK_CHARS = 1000;
const BLOCK_CHARS = 16_000;
const BLOCKS_PER_FRAME = 8;

/**
 * @typedef {object} LongTextOptions
 * @property {readonly string[]} [words] marked in what is shown
 * @property {number} [shown]
 * @property {string} [className]
 */

/**
 * @param {string} text
 * @param {LongTextOptions} [options]
 */
export function longText(
  text,
  { words = currentWords(), shown = SHOWN_CHARS, className = "" } = {},
) {
  const element = h("div", { class: `text ${className}`, dir: "auto" });
  const cut = text.length > shown + SLACK_CHARS ? wholeChars(text, shown) : text.length;
  element.append(...marked(visible(text.slice(0, cut)), words));
  if (cut === text.length) return element;
  const more = button(`Show all (${size(text.length)})`, () => {
    more.replaceWith();
    addBlocks(element, text, cut, words);
  });
  more.classList.add("more");
  return h("div", { class: "cut" }, element, more);
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 * @param {number} from
 * @param {readonly string[]} words
 */
function addBlocks(element, text, from, words) {
  const next = () => {
    for (let made = 0; made < BLOCKS_PER_FRAME && from < text.length; made += 1) {
      const end = wholeChars(text, from + BLOCK_CHARS);
      element.append(
        h("div", { class: "block" }, ...marked(visible(text.slice(from, end)), words)),
      );
      from = end;
    }
    if (from < text.length && element.isConnected) requestAnimationFrame(next);
  };
  next();
}

/**
 * Where to cut so that no character is halved.
 * @param {string} text
 * @param {number} at
 */
function wholeChars(text, at) {
  if (at >= text.length) return text.length;
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at;
}
