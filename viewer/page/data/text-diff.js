/**
 * What differs between two texts: words, for texts of a length at which words can be told; of longer
 * ones lines; of very long ones only what is between a common start and end.
 */

/** @typedef {{ kind: "same" | "removed" | "added", text: string }} Change */

const MOST_CELLS = 4_000_000;

/**
 * @param {string} before
 * @param {string} after
 * @returns {Change[]}
 */
export function textDiff(before, after) {
  if (before === after) return before === "" ? [] : [{ kind: "same", text: before }];
  for (const pieces of [/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu, /[^\n]*\n|[^\n]+$/g]) {
    const a = before.match(pieces) ?? [];
    const b = after.match(pieces) ?? [];
    const { start, end } = commonEnds(a, b);
    if ((a.length - start - end + 1) * (b.length - start - end + 1) <= MOST_CELLS) {
      return readable([
        ...a.slice(0, start).map(same),
        ...compared(a.slice(start, a.length - end), b.slice(start, b.length - end)),
        ...a.slice(a.length - end).map(same),
      ]);
    }
  }
  const { start, end } = commonEnds(before, after);
  return readable([
    same(before.slice(0, start)),
    { kind: "removed", text: before.slice(start, before.length - end) },
    { kind: "added", text: after.slice(start, after.length - end) },
    same(before.slice(before.length - end)),
  ]);
}

/**
 * @param {string} text
 * @returns {Change}
 */
function same(text) {
  return { kind: "same", text };
}

/**
 * @param {ArrayLike<string>} a
 * @param {ArrayLike<string>} b
 */
function commonEnds(a, b) {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < most - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  return { start, end };
}

/**
 * @param {readonly string[]} a
 * @param {readonly string[]} b
 * @returns {Change[]}
 */
function compared(a, b) {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  /** @param {number} index */
  const at = (index) => lengths[index] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        a[i] === b[j]
          ? at((i + 1) * width + j + 1) + 1
          : Math.max(at((i + 1) * width + j), at(i * width + j + 1));
    }
  }
  /** @type {Change[]} */
  const changes = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      changes.push(same(a[i] ?? ""));
      i += 1;
      j += 1;
    } else if (
      j >= b.length ||
      (i < a.length && at((i + 1) * width + j) >= at(i * width + j + 1))
    ) {
      changes.push({ kind: "removed", text: a[i++] ?? "" });
    } else changes.push({ kind: "added", text: b[j++] ?? "" });
  }
  return changes;
}

/**
 * Changes with nothing but blanks between them are one change: what was removed, then what was added.
 * @param {readonly Change[]} changes
 */
function readable(changes) {
  /** @type {Change[]} */
  const found = [];
  let [removed, added, blank] = ["", "", ""];
  const put = () => {
    found.push({ kind: "removed", text: removed }, { kind: "added", text: added }, same(blank));
    [removed, added, blank] = ["", "", ""];
  };
  for (const { kind, text } of changes) {
    const changed = removed !== "" || added !== "";
    if (kind === "same" && changed && /^\s*$/.test(text)) blank += text;
    else if (kind === "same") {
      put();
      found.push(same(text));
    } else {
      removed += blank + (kind === "removed" ? text : "");
      added += blank + (kind === "added" ? text : "");
      blank = "";
    }
  }
  put();
  return joined(found.filter(({ text }) => text !== ""));
}

/** @param {readonly Change[]} changes */
function joined(changes) {
  /** @type {Change[]} */
  const found = [];
  for (const change of changes) {
    const last = found.at(-1);
    if (last?.kind === change.kind) last.text += change.text;
    else found.push({ ...change });
  }
  return found;
}
