/**
 * Spans that have sent parts to the native thread and are never ended: when such a span has been
 * collected, the thread is told to forget its parts.
 *
 * Most spans end in the tick in which they sent a part, or soon after; those cost a place in a list.
 * Only what is open when the outbox crosses is given to the garbage collector to watch.
 */
import type { RecordingSpan } from "./span.js";

/** Names a span without holding it. */
interface Name {
  readonly s0: number;
  readonly s1: number;
}

export class AbandonedSpans {
  private young: RecordingSpan[] = [];
  private readonly registry: FinalizationRegistry<Name>;

  constructor(onAbandoned: (s0: number, s1: number) => void) {
    this.registry = new FinalizationRegistry(({ s0, s1 }) => onAbandoned(s0, s1));
  }

  /** `span` has sent its first part. */
  watch(span: RecordingSpan): void {
    this.young.push(span);
  }

  /** The outbox crosses: nothing young may be held any longer. */
  settle(): void {
    if (this.young.length === 0) return;
    for (const span of this.young) {
      if (!span.isRecording()) continue;
      span.isWatched = true;
      this.registry.register(span, { s0: span.s0, s1: span.s1 }, span);
    }
    this.young = [];
  }

  ended(span: RecordingSpan): void {
    if (span.isWatched) this.registry.unregister(span);
  }
}
