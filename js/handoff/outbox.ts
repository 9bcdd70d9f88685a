/**
 * Where finished records wait to cross to the native thread: at the end of the tick, or earlier
 * when there are many. One per JS environment (main thread or worker), for as long as that lives.
 *
 * Records become visible to Rust when they are committed, by a number in the memory's header. Rust
 * reads the memory in `submit()` and once more when the environment ends, so what is committed is
 * safe even from `worker.terminate()`.
 *
 * Reading a value can run the app's code, a getter or a `toJSON`, which may itself trace something.
 * What is recorded there, while another record is being written, waits until that one is complete.
 */
import { Walker } from "./walker.js";

/** Words of the header, as in `src/bridge/memory.rs`. */
const COMMITTED = 0;
const STARTED = 1;
const ENDED = 2;
const IGNORED = 3;
const FAULTS = 4;
const UNWRITTEN = 5;
/** What was counted and is not committed will never be. */
const IS_ENDING = 6;
const HEADER_WORDS = 8;
const HEADER_BYTES = HEADER_WORDS * 4;

const INITIAL_BYTES = 512 * 1024;
/** Large enough that the crossing costs nothing per span, small enough to be copied from cache. */
const CHUNK_BYTES = 256 * 1024;
/** The first size of a record that is begun inside another one. */
const INNER_BYTES = 1024;
/** For a record that is to be safe soon, and the least that is worth a crossing. */
export const SHORT_WAIT_MS = 5;

/** What the outbox needs of the native module. */
export interface Bridge {
  attach(memory: Uint8Array): number;
  reattach(slot: number, memory: Uint8Array): void;
  submit(slot: number): void;
  flushBlocking(slot: number, maxMs?: number | null): unknown;
}

// Taken at load: fake timers of a test framework must not stop the delivery.
const { setImmediate, setTimeout } = globalThis;
const now = performance.now.bind(performance);
const settled = Promise.resolve();

export class Outbox {
  readonly slot: number;
  readonly walker: Walker;
  private header: Uint32Array;
  private isScheduled = false;
  private firstRecordAt = 0;
  private lastSubmitAt = 0;
  /** How long a record waits for more. */
  maxWaitMs = SHORT_WAIT_MS;
  /** Told before what is committed crosses. */
  beforeSubmit: (() => void) | undefined;
  private isEnding = false;
  /** While a record is being written. */
  isWriting = false;
  /** Records that were begun meanwhile, in that order, and how much of each is complete. */
  private readonly inner = new Map<Walker, number>();

  constructor(private readonly bridge: Bridge) {
    this.walker = new Walker(INITIAL_BYTES, HEADER_BYTES);
    this.header = this.headerOf(this.walker);
    this.header.fill(0);
    this.header[COMMITTED] = HEADER_BYTES;
    this.slot = bridge.attach(this.walker.bytes);
    this.walker.onResize = () => {
      this.header = this.headerOf(this.walker);
      bridge.reattach(this.slot, this.walker.bytes);
    };
  }

  private headerOf(walker: Walker): Uint32Array {
    return new Uint32Array(walker.bytes.buffer, walker.bytes.byteOffset, HEADER_WORDS);
  }

  /** What is written now crosses within milliseconds, if the event loop gets a turn. */
  get willSubmit(): boolean {
    return this.isScheduled;
  }

  countStart(): void {
    this.header[STARTED]! += 1;
  }

  countEnd(): void {
    this.header[ENDED]! += 1;
  }

  /** Of a span that was counted as ended, no record could be written. */
  countUnwritten(): void {
    this.header[UNWRITTEN]! += 1;
  }

  countIgnored(): void {
    this.header[IGNORED]! += 1;
  }

  countFault(): void {
    this.header[FAULTS]! += 1;
  }

  /** Where a record is written that is begun inside another one. */
  innerPlace(): Walker {
    const inner = new Walker(INNER_BYTES, 0, 0);
    this.inner.set(inner, 0);
    return inner;
  }

  /** Makes what was written there part of the chunk. */
  commit(place: Walker): void {
    if (this.isWriting) {
      if (place !== this.walker) this.inner.set(place, place.at);
      return;
    }
    if (this.inner.size > 0) this.takeInner();
    const { at } = this.walker;
    this.header[COMMITTED] = at;
    if (this.isEnding) this.flushAtEnd();
    else if (at >= CHUNK_BYTES) this.submit();
    else if (!this.isScheduled) this.schedule();
  }

  /** As `commit`, for the record of a span's end at time `at` (`performance.now()`). */
  commitEnd(place: Walker, at: number): void {
    // The event loop is not free: a long synchronous run must not keep its spans to itself.
    const isLate = this.isScheduled && at - this.firstRecordAt >= this.maxWaitMs;
    this.commit(place);
    if (isLate && !this.isEnding) this.submit();
  }

  private takeInner(): void {
    const { inner, walker } = this;
    const records = [...inner].map(([{ bytes }, length]) => bytes.subarray(0, length));
    inner.clear();
    for (const record of records) {
      this.header[COMMITTED] = walker.at;
      if (walker.at + record.length > CHUNK_BYTES) this.submit();
      walker.append(record);
    }
  }

  /**
   * Timers are set from a microtask: a span may end where the host's stack is nearly used up, and an
   * overflow inside Node's timers would leave them broken.
   */
  private schedule(): void {
    this.firstRecordAt = now();
    void settled.then(this.arm);
    this.isScheduled = true;
  }

  private readonly arm = (): void => {
    const sinceLast = this.firstRecordAt - this.lastSubmitAt;
    const left = this.maxWaitMs - sinceLast;
    if (left <= 0) setImmediate(this.onTick).unref?.();
    else setTimeout(this.onTick, left).unref?.();
  };

  private readonly onTick = (): void => {
    this.isScheduled = false;
    this.submit();
  };

  /**
   * There will be no later tick: hands over everything, now and from now on at once, and waits.
   * @param maxMs - at most; the end of the process has a bound of its own
   */
  flushAtEnd(maxMs: number | null = null): void {
    this.isEnding = true;
    if (this.isWriting) this.giveUpRecord();
    this.header[IS_ENDING] = 1;
    this.submit();
    this.bridge.flushBlocking(this.slot, maxMs);
  }

  /** The process ended while the app's own code ran inside a record, which will not be completed. */
  private giveUpRecord(): void {
    this.isWriting = false;
    this.walker.rewind(this.header[COMMITTED]!);
    this.takeInner();
    this.header[COMMITTED] = this.walker.at;
  }

  /** Hands over what is committed, and all counts; inside a record, its end does so. */
  submit(): void {
    if (this.isWriting) return;
    this.beforeSubmit?.();
    const { header, walker } = this;
    this.lastSubmitAt = now();
    this.firstRecordAt = this.lastSubmitAt;
    this.bridge.submit(this.slot);
    // Without a call: the host's stack may be used up, and what has crossed must not cross again.
    for (let word = 0; word < HEADER_WORDS; word++) header[word] = 0;
    header[COMMITTED] = HEADER_BYTES;
    walker.at = HEADER_BYTES;
    walker.chunk += 1;
    walker.beginChunk();
    // One large value must not be paid for until the process ends.
    if (walker.bytes.length > INITIAL_BYTES) walker.resize(INITIAL_BYTES);
  }
}
