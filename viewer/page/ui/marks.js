/** Text with what was searched for marked in it. */
import { h } from "./dom.js";

/** Beyond this many, marks help nobody. */
const MOST_MARKS = 500;

/** What was searched for on the way to what is shown now. @type {readonly string[]} */
let current = [];

/** @param {readonly string[]} words */
export function setCurrentWords(words) {
  current = words;
}

export function currentWords() {
  return current;
}

/**
 * The words of a search, as the server looks for them: quotes hold a phrase together.
 * @param {string} query
 * @returns {string[]}
 */
export function searchWords(query) {
  const words = query.match(/"[^"]+"|\S+/g) ?? [];
  return words
    .map((word) => word.replaceAll('"', "").replace(/\*$/, ""))
    .filter((word) => word !== "");
}

/**
 * @param {string} text
 * @param {readonly string[]} words
 * @returns {(string | Node)[]}
 */
export function marked(text, words) {
  if (words.length === 0) return [text];
  const pattern = new RegExp(words.map(escaped).join("|"), "giu");
  /** @type {(string | Node)[]} */
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (parts.length > MOST_MARKS * 2) break;
    if (match.index > from) parts.push(text.slice(from, match.index));
    parts.push(h("mark", {}, match[0]));
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}

/**
 * The part of a text that shows the first hit.
 * @param {string} text
 * @param {readonly string[]} words
 * @param {number} [before]
 */
export function aroundHit(text, words, before = 60) {
  const lower = text.toLowerCase();
  const hits = words.map((word) => lower.indexOf(word.toLowerCase())).filter((at) => at >= 0);
  const first = hits.length === 0 ? 0 : Math.min(...hits);
  return first <= before ? text : `…${text.slice(first - before)}`;
}

/** @param {string} word */
function escaped(word) {
  return word.replace(/[\\^$.*+?()[\]{}|/-]/g, (char) => `\\u{${char.charCodeAt(0).toString(16)}}`);
}
