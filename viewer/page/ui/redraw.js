/**
 * Draws something anew in the elements that are there, so that what has the keyboard, what is selected
 * and how far something is scrolled stay as they are. An element with a `data-key` goes on as the one
 * with the same key, any other as the next of its kind.
 *
 * What listens is not exchanged: a listener has to look at its element for what may change.
 */

/**
 * @param {Element} parent
 * @param {readonly Node[]} children
 */
export function redraw(parent, children) {
  const active = document.activeElement;
  fit(parent, children);
  // What changes its place in the order loses the keyboard.
  if (active instanceof HTMLElement || active instanceof SVGElement) {
    if (active !== document.activeElement && parent.contains(active))
      active.focus({ preventScroll: true });
  }
}

/**
 * @param {Element} parent
 * @param {readonly Node[]} children
 */
function fit(parent, children) {
  const old = [...parent.childNodes];
  /** @type {Set<Node>} */
  const used = new Set();
  let place = parent.firstChild;
  for (const child of children) {
    const same = old.find((one) => !used.has(one) && isSame(one, child));
    const node = same ?? child;
    if (same !== undefined) {
      used.add(same);
      update(same, child);
    }
    if (node === place) place = node.nextSibling;
    else parent.insertBefore(node, place);
  }
  for (const one of old) if (!used.has(one)) one.remove();
}

/**
 * @param {Node} old
 * @param {Node} next
 */
function isSame(old, next) {
  return old.nodeName === next.nodeName && keyOf(old) === keyOf(next);
}

/** @param {Node} node */
function keyOf(node) {
  return node instanceof Element ? node.getAttribute("data-key") : null;
}

/**
 * @param {Node} old
 * @param {Node} next
 */
function update(old, next) {
  if (!(old instanceof Element && next instanceof Element)) {
    if (old.nodeValue !== next.nodeValue) old.nodeValue = next.nodeValue;
    return;
  }
  for (const name of old.getAttributeNames()) {
    if (!next.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (name === "style") continue;
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old instanceof HTMLElement && next instanceof HTMLElement) {
    // As an attribute it would be refused: nothing inline is allowed here.
    if (old.style.cssText !== next.style.cssText) old.style.cssText = next.style.cssText;
  }
  fit(old, [...next.childNodes]);
}
