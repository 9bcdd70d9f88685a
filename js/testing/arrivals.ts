/**
 * The spans that one test has to look at: those that ended between its `createTestTracing()` and
 * the next one, apart from what it forgot.
 */
import { readRequest, type WireSpan } from "./request.js";

/** Whose spans come now. */
let newest: Arrivals | undefined;

export class Arrivals {
  private spans: WireSpan[] = [];

  private constructor(private readonly take: () => readonly string[]) {}

  /** @param take - what the native thread has kept since the last call, as OTLP/JSON */
  static begin(take: () => readonly string[]): Arrivals {
    newest?.fetch();
    newest = new Arrivals(take);
    return newest;
  }

  /** In the order in which they ended. */
  all(): readonly WireSpan[] {
    this.fetch();
    return this.spans;
  }

  forget(): void {
    this.fetch();
    this.spans = [];
  }

  private fetch(): void {
    if (newest !== this) return;
    for (const request of this.take()) this.spans = this.spans.concat(readRequest(request));
  }
}
