/**
 * What a list is narrowed to. It lives in the page's address under the names of the server's
 * parameters, so that a filtered list is a link. What is typed into the search field may name filters
 * too: `agent:desk status:error organization.id=org_42 refund`.
 */

/** @typedef {{ name: string, label: string, value: string }} Filter */

export const FIELDS = ["service", "agent", "session", "user", "kind", "status"];

/** @type {Record<string, string>} */
export const RANGES = {
  "15m": "Last 15 minutes",
  "1h": "Last hour",
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
};

const KNOWN = new Set(["q", "range", "from", "to", "attr", ...FIELDS]);

/**
 * Of an address, only what filters.
 * @param {URLSearchParams} query
 */
export function filtersOf(query) {
  return new URLSearchParams([...query].filter(([name, value]) => KNOWN.has(name) && value !== ""));
}

/**
 * Those that are shown as chips.
 * @param {URLSearchParams} query
 * @returns {Filter[]}
 */
export function chips(query) {
  return [...filtersOf(query)].flatMap(([name, value]) => {
    if (name === "attr") {
      const [key, rest] = splitAttribute(value);
      return [{ name, label: key, value: rest }];
    }
    return FIELDS.includes(name) && name !== "status" ? [{ name, label: name, value }] : [];
  });
}

/**
 * @param {URLSearchParams} query
 * @param {string} name
 * @param {string | undefined} value undefined takes it away
 */
export function withFilter(query, name, value) {
  const next = new URLSearchParams(query);
  if (value === undefined || value === "") next.delete(name);
  else if (name === "attr") {
    if (!next.getAll("attr").includes(value)) next.append("attr", value);
  } else next.set(name, value);
  return next;
}

/**
 * @param {URLSearchParams} query
 * @param {Filter} filter
 */
export function withoutFilter(query, { name, label, value }) {
  const gone = name === "attr" ? `${label}=${value}` : value;
  return new URLSearchParams([...query].filter(([key, other]) => key !== name || other !== gone));
}

/**
 * Splits what was typed into filters and the words to search for.
 * @param {string} typed
 * @returns {{ filters: [name: string, value: string][], text: string }}
 */
export function readTyped(typed) {
  /** @type {[string, string][]} */
  const filters = [];
  const words = typed.match(/[\w.-]+[:=]"[^"]*"|"[^"]*"|\S+/g) ?? [];
  const rest = words.filter((word) => {
    const field = /^(\w+):(.+)$/s.exec(word);
    if (field !== null && FIELDS.includes(field[1] ?? "")) {
      filters.push([field[1] ?? "", unquoted(field[2] ?? "")]);
      return false;
    }
    const attribute = /^([A-Za-z_][\w.-]*)=(.+)$/s.exec(word);
    if (attribute === null) return true;
    filters.push(["attr", `${attribute[1]}=${unquoted(attribute[2] ?? "")}`]);
    return false;
  });
  return { filters, text: rest.join(" ") };
}

/** @param {string} text */
function unquoted(text) {
  return text.replace(/^"(.*)"$/s, "$1");
}

/**
 * @param {string} text
 * @returns {[string, string]}
 */
function splitAttribute(text) {
  const at = text.indexOf("=");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
