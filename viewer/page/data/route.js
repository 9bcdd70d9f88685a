/**
 * Where the page is: `#/trace/4bf9…?span=00f0…`. Behind the `#`, so that every address works however
 * the files are served; each is a link that can be kept, and the back button goes through them.
 */

/** @typedef {{ view: string, id: string, query: URLSearchParams }} Route */

/** @returns {Route} */
export function currentRoute() {
  return parseRoute(location.hash);
}

/**
 * @param {string} hash
 * @returns {Route}
 */
export function parseRoute(hash) {
  const [path = "", query = ""] = splitOnce(hash.replace(/^#\/?/, ""), "?");
  const [view = "", id = ""] = splitOnce(path, "/");
  return { view: view || "traces", id: decoded(id), query: new URLSearchParams(query) };
}

/**
 * @param {string} view
 * @param {string} [id]
 * @param {URLSearchParams | Record<string, string>} [query]
 */
export function href(view, id = "", query = new URLSearchParams()) {
  const text = new URLSearchParams(query).toString();
  return `#/${view}${id === "" ? "" : `/${encodeURIComponent(id)}`}${text === "" ? "" : `?${text}`}`;
}

/** @param {string} address */
export function go(address) {
  location.hash = address;
}

/** Whether there is something of this page to go back to. */
let hasMoved = false;
addEventListener("hashchange", () => {
  hasMoved = true;
});

/**
 * To where the reader came from, or, when an address was opened as such, to `fallback`.
 * @param {string} fallback
 */
export function back(fallback) {
  if (hasMoved) history.back();
  else go(fallback);
}

/**
 * Changes the address in place: what the reader would not want to step back through.
 * @param {string} address
 */
export function replace(address) {
  history.replaceState(history.state, "", address);
}

/**
 * @param {string} text
 * @param {string} separator
 */
function splitOnce(text, separator) {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
