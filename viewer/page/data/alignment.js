/**
 * Two traces' trees laid over each other: which span of the one is which of the other. Spans match
 * below matching parents, by kind and name, in order; what has no match stands alone.
 */

/** @import { SpanNode, SpanTree } from "./span-tree.js" */

/**
 * @typedef {object} Pair
 * @property {SpanNode | undefined} left
 * @property {SpanNode | undefined} right
 * @property {number} depth
 */

/** Lists beyond this are matched greedily: the exact way takes their product of steps. */
const EXACT_CELLS = 250_000;

/**
 * @param {SpanTree} left
 * @param {SpanTree} right
 * @returns {Pair[]} in the order of rows
 */
export function align(left, right) {
  /** @type {Pair[]} */
  const pairs = [];
  const waiting = matched(left.roots, right.roots, 0).reverse();
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    pairs.push(pair);
    const below = matched(pair.left?.children ?? [], pair.right?.children ?? [], pair.depth + 1);
    waiting.push(...below.reverse());
  }
  return pairs;
}

/**
 * @param {readonly SpanNode[]} left
 * @param {readonly SpanNode[]} right
 * @param {number} depth
 * @returns {Pair[]}
 */
function matched(left, right, depth) {
  // What is alone on its level is the same step under another name.
  const [onlyLeft, onlyRight] = [left[0], right[0]];
  if (left.length === 1 && right.length === 1 && onlyLeft?.span.kind === onlyRight?.span.kind) {
    return [{ left: onlyLeft, right: onlyRight, depth }];
  }
  const common =
    left.length * right.length <= EXACT_CELLS ? longestCommon(left, right) : greedy(left, right);
  /** @type {Pair[]} */
  const pairs = [];
  let [l, r] = [0, 0];
  for (const [atLeft, atRight] of [...common, /** @type {const} */ ([left.length, right.length])]) {
    while (l < atLeft) pairs.push({ left: left[l++], right: undefined, depth });
    while (r < atRight) pairs.push({ left: undefined, right: right[r++], depth });
    if (l < left.length && r < right.length)
      pairs.push({ left: left[l++], right: right[r++], depth });
  }
  return pairs;
}

/** @param {SpanNode} node */
function key({ span }) {
  return `${span.kind} ${span.name}`;
}

/**
 * @param {readonly SpanNode[]} left
 * @param {readonly SpanNode[]} right
 * @returns {[number, number][]}
 */
function longestCommon(left, right) {
  const keysLeft = left.map(key);
  const keysRight = right.map(key);
  const width = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * width);
  for (let l = left.length - 1; l >= 0; l -= 1) {
    for (let r = right.length - 1; r >= 0; r -= 1) {
      lengths[l * width + r] =
        keysLeft[l] === keysRight[r]
          ? at(lengths, (l + 1) * width + r + 1) + 1
          : Math.max(at(lengths, (l + 1) * width + r), at(lengths, l * width + r + 1));
    }
  }
  /** @type {[number, number][]} */
  const found = [];
  let [l, r] = [0, 0];
  while (l < left.length && r < right.length) {
    if (keysLeft[l] === keysRight[r]) found.push([l++, r++]);
    else if (at(lengths, (l + 1) * width + r) >= at(lengths, l * width + r + 1)) l += 1;
    else r += 1;
  }
  return found;
}

/**
 * @param {Uint16Array} numbers
 * @param {number} index
 */
function at(numbers, index) {
  return numbers[index] ?? 0;
}

/**
 * @param {readonly SpanNode[]} left
 * @param {readonly SpanNode[]} right
 * @returns {[number, number][]}
 */
function greedy(left, right) {
  /** @type {Map<string, number[]>} */
  const places = new Map();
  right.forEach((node, index) => places.set(key(node), [...(places.get(key(node)) ?? []), index]));
  /** @type {[number, number][]} */
  const found = [];
  let from = 0;
  for (const [index, node] of left.entries()) {
    const place = places.get(key(node))?.find((other) => other >= from);
    if (place === undefined) continue;
    found.push([index, place]);
    from = place + 1;
  }
  return found;
}
