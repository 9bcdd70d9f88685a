/** Light or dark: what the system says, until the reader chooses; the choice stays in this browser. */

/** @typedef {"system" | "light" | "dark"} Theme */

export const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

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
  setTheme(isDark() ? "light" : "dark");
}

/** @param {Theme} name */
export function applyTheme(name) {
  document.documentElement.dataset["theme"] = name;
}

/** What is shown now. */
export function isDark() {
  const name = document.documentElement.dataset["theme"] ?? "system";
  return name === "system" ? systemIsDark.matches : name === "dark";
}

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
