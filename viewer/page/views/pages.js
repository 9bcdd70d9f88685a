/**
 * A list that comes in pages from the server, newest first, and stays up to date: the first page is
 * asked for again when there is news, and what is new goes on top without moving what is being read.
 *
 * A search gives pages that end early. It goes on by itself until as many are there as were asked for.
 */

/**
 * @template T
 * @typedef {{ items: T[], cursor: string | null, isPartial: boolean }} Page
 */

/**
 * @template T
 * @typedef {object} PagesOptions
 * @property {(cursor: string | null, signal: AbortSignal) => Promise<Page<T>>} load
 * @property {(item: T) => string} idOf
 * @property {(change: { first: boolean, added: number }) => void} changed
 * @property {(error: Error | undefined) => void} failed undefined: it works again
 */

/** News comes in bursts. */
const NEWS_MS = 400;
/** What is wanted at a time, more than a window shows. */
const WANTED = 50;

/** @template T */
export class Pages {
  /** @type {T[]} */
  items = [];
  done = false;
  loaded = false;
  /** It is looked further by itself. */
  searching = false;
  #wanted = WANTED;
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
    this.#wanted = WANTED;
    await this.#load(null, (page) => {
      this.items = page.items;
      this.loaded = true;
      this.#goOn(page);
      this.#options.changed({ first: true, added: 0 });
    });
    await this.#searchOn();
  }

  async more() {
    if (this.done || !this.loaded || this.#loading) return;
    this.#wanted = this.items.length + WANTED;
    await this.#next();
    await this.#searchOn();
  }

  async #next() {
    await this.#load(this.#cursor, (page) => {
      const known = new Set(this.items.map(this.#options.idOf));
      this.items.push(...page.items.filter((item) => !known.has(this.#options.idOf(item))));
      this.#goOn(page);
      this.#options.changed({ first: false, added: 0 });
    });
  }

  async #searchOn() {
    const { signal } = this.#abort;
    while (this.searching && !signal.aborted) {
      const before = this.#cursor;
      await this.#next();
      // It failed, or a refresh is under way, which goes on with it.
      if (this.#cursor === before) return;
    }
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
    await this.#load(null, (page) => {
      const { items } = page;
      const { idOf } = this.#options;
      const newest = new Set(items.map(idOf));
      const known = new Set(this.items.map(idOf));
      // A page that ended early has the newest, and says nothing of those that were found before.
      const overlaps = page.isPartial || items.some((item) => known.has(idOf(item)));
      const added = items.filter((item) => !known.has(idOf(item))).length;
      this.items = [
        ...items,
        ...(overlaps ? this.items.filter((item) => !newest.has(idOf(item))) : []),
      ];
      if (!overlaps) this.#goOn(page);
      this.#options.changed({ first: false, added });
    });
    await this.#searchOn();
  }

  close() {
    this.#abort.abort();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.searching = false;
  }

  /** @param {Page<T>} page */
  #goOn({ cursor, isPartial }) {
    this.#cursor = cursor;
    this.done = cursor === null;
    this.searching = isPartial && this.items.length < this.#wanted;
  }

  /**
   * @param {string | null} cursor
   * @param {(page: Page<T>) => void} take
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
      if (!signal.aborted) {
        this.searching = false;
        this.#options.failed(error instanceof Error ? error : new Error(String(error)));
      }
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
