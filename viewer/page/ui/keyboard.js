/**
 * Keys. Each view says which it has; the same list is what the help shows. A key that a focused
 * control has a use for stays with the control.
 */

/**
 * @typedef {object} Binding
 * @property {readonly string[]} keys as in `KeyboardEvent.key`
 * @property {string} does
 * @property {() => void} run
 */

/** @type {{ title: string, bindings: readonly Binding[] }[]} */
const scopes = [];

const SHOWN = new Map([
  ["ArrowDown", "↓"],
  ["ArrowUp", "↑"],
  ["ArrowLeft", "←"],
  ["ArrowRight", "→"],
  ["Escape", "Esc"],
  [" ", "Space"],
]);

/**
 * @param {string} title
 * @param {readonly Binding[]} bindings
 * @returns {() => void} takes them away
 */
export function bindKeys(title, bindings) {
  const scope = { title, bindings };
  scopes.unshift(scope);
  return () => {
    const at = scopes.indexOf(scope);
    if (at >= 0) scopes.splice(at, 1);
  };
}

/** What holds now, the innermost first. */
export function boundKeys() {
  return scopes.map(({ title, bindings }) => ({
    title,
    bindings: bindings.map(({ keys, does }) => ({
      does,
      keys: keys.map((key) => SHOWN.get(key) ?? key),
    })),
  }));
}

export function listenForKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (belongsToControl(event)) return;
    for (const { bindings } of scopes) {
      const binding = bindings.find(({ keys }) => keys.includes(event.key));
      if (binding === undefined) continue;
      event.preventDefault();
      binding.run();
      return;
    }
  });
}

/** @param {KeyboardEvent} event */
function belongsToControl({ key, target }) {
  if (!(target instanceof Element)) return false;
  if (document.querySelector("dialog[open]") !== null) return true;
  if (target.closest("input, textarea, select, [contenteditable]") !== null)
    return key !== "Escape";
  const control = target.closest(
    "button, a[href], summary, [role=tab], [role=menuitem], [role=separator]",
  );
  return (
    control !== null &&
    ["Enter", " ", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].includes(key)
  );
}
