/**
 * A list that comes in pages from the server, newest first, and stays up to date: the first page is
 * asked for again when there is news, and what is new goes on top without moving what is being read.
 */

/**
 * @template T
 * @typedef {object} PagesOptions
 * @property {(cursor: string | null, signal: AbortSignal) => Promise<{ items: T[], cursor: string | null }>} load
 * @property {(item: T) => string} idOf
 * @property {(change: { first: boolean, added: number }) => void} changed
 * @property {(error: Error | undefined) => void} failed undefined: it works again
 */

/** News comes in bursts. */
const NEWS_MS = 400;

/** @template T */
export class Pages {
  /** @type {T[]} */
  items = [];
  done = false;
  loaded = false;
  /** @type {PagesOptions<T>} */
  #options;
  /** @type {string | null} */
  #cursor = null;
  #abort = new AbortController();
  #loading = false;
  #stale = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {PagesOptions<T>} options */
  constructor(options) {
    this.#options = options;
  }

  /** From the start, for other filters. */
  async restart() {
    this.close();
    this.#abort = new AbortController();
    this.#loading = false;
    this.done = false;
    await this.#load(null, ({ items, cursor }) => {
      this.items = items;
      this.#setCursor(cursor);
      this.loaded = true;
      this.#options.changed({ first: true, added: 0 });
    });
  }

  async more() {
    if (this.done || !this.loaded) return;
    await this.#load(this.#cursor, ({ items, cursor }) => {
      const known = new Set(this.items.map(this.#options.idOf));
      this.items.push(...items.filter((item) => !known.has(this.#options.idOf(item))));
      this.#setCursor(cursor);
      this.#options.changed({ first: false, added: 0 });
    });
  }

  /** There is news. */
  refresh() {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#loading) this.#stale = true;
      else void this.#refreshNow();
    }, NEWS_MS);
  }

  async #refreshNow() {
    if (!this.loaded) return await this.restart();
    await this.#load(null, ({ items, cursor }) => {
      const { idOf } = this.#options;
      const newest = new Set(items.map(idOf));
      const known = new Set(this.items.map(idOf));
      const overlaps = items.some((item) => known.has(idOf(item)));
      const added = items.filter((item) => !known.has(idOf(item))).length;
      if (!overlaps) this.#setCursor(cursor);
      this.items = [
        ...items,
        ...(overlaps ? this.items.filter((item) => !newest.has(idOf(item))) : []),
      ];
      this.#options.changed({ first: false, added });
    });
  }

  close() {
    this.#abort.abort();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** @param {string | null} cursor */
  #setCursor(cursor) {
    this.#cursor = cursor;
    this.done = cursor === null;
  }

  /**
   * @param {string | null} cursor
   * @param {(page: { items: T[], cursor: string | null }) => void} take
   */
  async #load(cursor, take) {
    if (this.#loading) return;
    this.#loading = true;
    const { signal } = this.#abort;
    try {
      const page = await this.#options.load(cursor, signal);
      if (signal.aborted) return;
      this.#options.failed(undefined);
      take(page);
    } catch (error) {
      if (!signal.aborted)
        this.#options.failed(error instanceof Error ? error : new Error(String(error)));
    } finally {
      if (!signal.aborted) {
        this.#loading = false;
        if (this.#stale) {
          this.#stale = false;
          this.refresh();
        }
      }
    }
  }
}
