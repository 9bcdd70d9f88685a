// Waiting for a condition on state that announces its changes, without polling.

interface Watcher {
  check: () => void;
}

export class Watchers {
  readonly #watchers = new Set<Watcher>();

  /** To be called after every change. */
  notify(): void {
    for (const watcher of this.#watchers) watcher.check();
  }

  /** Resolves with what `probe` returns once that is not undefined. */
  async wait<T>(
    probe: () => T | undefined,
    timeoutMs: number,
    complaint: () => string,
  ): Promise<T> {
    const now = probe();
    if (now !== undefined) return now;
    return await new Promise<T>((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
      };
      const watcher: Watcher = {
        check: () => {
          const value = probe();
          if (value === undefined) return;
          done();
          resolve(value);
        },
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`after ${timeoutMs} ms ${complaint()}`));
      }, timeoutMs);
      this.#watchers.add(watcher);
    });
  }
}
