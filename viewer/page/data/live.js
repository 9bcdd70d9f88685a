/**
 * News from the server: the summary of each trace that is new or has changed. The browser connects
 * again by itself. Whenever it has connected, the first time too, and when another program has
 * written, listeners are told that they may have missed something.
 */

/** @import { TraceSummary } from "../api-types.js" */

/** @typedef {{ onTrace(trace: TraceSummary): void, onGap(): void }} LiveListener */

/** A browser gives up on a server that answers with an error, so that we try again ourselves. */
const RETRY_MS = 2000;

export class Live extends EventTarget {
  connected = false;
  /** @type {Set<LiveListener>} */
  #listeners = new Set();

  start() {
    const source = new EventSource("/api/live");
    source.addEventListener("open", () => {
      this.#setConnected(true);
      // What came since a list was asked for has been told to nobody.
      this.#tellGap();
    });
    source.addEventListener("gap", () => this.#tellGap());
    source.addEventListener("error", () => {
      this.#setConnected(false);
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.start(), RETRY_MS);
    });
    source.addEventListener("trace", ({ data }) => {
      const trace = /** @type {TraceSummary} */ (JSON.parse(String(data)));
      for (const listener of this.#listeners) listener.onTrace(trace);
    });
  }

  /**
   * @param {LiveListener} listener
   * @returns {() => void} ends it
   */
  listen(listener) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tellGap() {
    for (const listener of this.#listeners) listener.onGap();
  }

  /** @param {boolean} connected */
  #setConnected(connected) {
    if (connected === this.connected) return;
    this.connected = connected;
    this.dispatchEvent(new Event("change"));
  }
}
