/**
 * The spans that are open, for the end of the process, without holding them: one that is never
 * ended can be collected, and is forgotten.
 *
 * Most spans end in the tick in which they started; those cost a place in a list. Only what is open
 * when the outbox crosses, or when that list is long, gets a weak reference.
 */
import type { RecordingSpan } from "./span.js";

/** What is held for a moment; more is looked through at once. Garbage that is held costs. */
const MAX_YOUNG = 64;
const MIN_PLACES_TO_SWEEP = 1024;

export class OpenSpans {
  private young: RecordingSpan[] = [];
  private readonly places: (WeakRef<RecordingSpan> | undefined)[] = [];
  private readonly free: number[] = [];
  private sweepAt = MIN_PLACES_TO_SWEEP;

  /** @param isSettling - whether `settle()` will be called soon */
  started(span: RecordingSpan, isSettling: boolean): void {
    if (!isSettling) {
      this.keep(span);
    } else if (this.young.push(span) >= MAX_YOUNG) {
      this.settle();
    }
  }

  /** The outbox crosses: nothing may be held any longer. */
  settle(): void {
    const { young } = this;
    if (young.length === 0) return;
    this.young = [];
    for (const span of young) if (span.isRecording()) this.keep(span);
  }

  ended(span: RecordingSpan): void {
    const { place } = span;
    if (place !== undefined) {
      this.places[place] = undefined;
      this.free.push(place);
    } else if (this.young.at(-1) === span) {
      // What is not kept need not survive a collection.
      this.young.pop();
    }
  }

  /** In the order in which they started, as far as that is known. */
  all(): RecordingSpan[] {
    this.settle();
    const spans = this.places.flatMap((reference) => reference?.deref() ?? []);
    return spans.filter((span) => span.isRecording()).sort(byStart);
  }

  private keep(span: RecordingSpan): void {
    if (this.free.length === 0 && this.places.length >= this.sweepAt) this.sweep();
    span.place = this.free.pop() ?? this.places.length;
    this.places[span.place] = new WeakRef(span);
  }

  /** Frees the places of spans that were collected; the more there are, the rarer it is. */
  private sweep(): void {
    const { places, free } = this;
    for (const [place, reference] of places.entries()) {
      if (reference === undefined || reference.deref() !== undefined) continue;
      places[place] = undefined;
      free.push(place);
    }
    this.sweepAt = Math.max(MIN_PLACES_TO_SWEEP, (places.length - free.length) * 2);
  }
}

function byStart(one: RecordingSpan, other: RecordingSpan): number {
  const [seconds, nanos] = one.startTime;
  const [otherSeconds, otherNanos] = other.startTime;
  return seconds - otherSeconds || nanos - otherNanos;
}
