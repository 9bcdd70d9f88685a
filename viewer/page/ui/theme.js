/** Light or dark: what the system says, until the reader chooses; the choice stays in this browser. */

/** @typedef {"system" | "light" | "dark"} Theme */

const KEY = "catalyst.theme";
/** @type {readonly Theme[]} */
const THEMES = ["system", "light", "dark"];

/** @returns {Theme} */
export function theme() {
  const kept = stored();
  return THEMES.find((name) => name === kept) ?? "system";
}

/** @param {Theme} name */
export function setTheme(name) {
  try {
    if (name === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, name);
  } catch {
    // Storage may be switched off: the choice then lasts as long as the page.
  }
  applyTheme(name);
}

export function nextTheme() {
  const now = /** @type {Theme} */ (document.documentElement.dataset["theme"] ?? theme());
  const next = isDark(now) ? "light" : "dark";
  setTheme(next);
  return next;
}

/** @param {Theme} name */
export function applyTheme(name) {
  document.documentElement.dataset["theme"] = name;
}

/** @param {Theme} name */
function isDark(name) {
  if (name === "system") return matchMedia("(prefers-color-scheme: dark)").matches;
  return name === "dark";
}

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
