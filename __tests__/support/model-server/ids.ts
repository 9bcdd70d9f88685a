// Ids and times that are the same in every run: ids count up by prefix, and a second passes with
// each request.

const FIRST_SECOND = 1_750_000_000;

export class Ids {
  readonly #counts = new Map<string, number>();
  #seconds = FIRST_SECOND;

  /** `next("resp")` is `resp_0001`, `next("chatcmpl", "-")` is `chatcmpl-0001`. */
  next(prefix: string, separator = "_"): string {
    const count = (this.#counts.get(prefix) ?? 0) + 1;
    this.#counts.set(prefix, count);
    return `${prefix}${separator}${String(count).padStart(4, "0")}`;
  }

  /** Unix time in seconds, as the API gives times. */
  now(): number {
    return this.#seconds;
  }

  tick(): void {
    this.#seconds += 1;
  }
}
