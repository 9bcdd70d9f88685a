/**
 * Text of spans, as it can be shown: a character that is invisible, moves the cursor, or turns the
 * direction of what follows is shown as a sign for itself, so that no span can make the page say
 * something else than it holds.
 */

const LAST_C0 = 0x1f;
const DELETE = 0x7f;
const PICTURES = 0x2400;

/**
 * Controls but tab and line break; directional marks, embeddings, overrides and isolates; zero-width
 * spaces and joiners that no script needs; separators; halves of surrogate pairs.
 */
const UNSEEN =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\p{Cs}/gu;

/** @param {string} char */
function sign(char) {
  const code = char.codePointAt(0) ?? 0;
  if (code === 0x0d) return "";
  if (code <= LAST_C0) return String.fromCharCode(PICTURES + code);
  if (code === DELETE) return "\u2421";
  return `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
}

/** @param {string} text */
export function visible(text) {
  return text.replace(UNSEEN, sign);
}

/**
 * For one line: white space becomes single blanks, and what is too long ends in an ellipsis.
 * @param {string | null | undefined} text
 * @param {number} [limit]
 */
export function oneLine(text, limit = 300) {
  if (text === null || text === undefined) return "";
  const cut = text.length > limit * 2 ? text.slice(0, limit * 2) : text;
  const line = visible(cut.replace(/\s+/g, " ").trim());
  return line.length > limit ? `${line.slice(0, limit)}…` : line;
}
