/**
 * The signals that end a process which does not listen for them. While nobody else listens for one
 * of them we do: what we are for is done, and then the process dies of the signal, as it would have.
 *
 * While somebody else listens, ours is not there: what happens is up to them, at once, and whoever
 * counts listeners to see whether he is alone counts none of ours. Whatever they do then ends in
 * an exit, or in the signal's default, for which they have to leave; and when the last of them leaves,
 * we are back in the same moment.
 */
import type { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { constants } from "node:os";

/** What a terminal, a shell, or whoever runs services sends to have a process end. */
const SIGNALS: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGHUP"];

/** On Windows a process cannot die of a signal that it sends to itself. */
const KNOWS_SIGNALS = process.platform !== "win32";

/**
 * `npm start` hands on the Ctrl-C that the terminal has sent to its children as well: a signal that
 * comes so soon after another one is the same one, and nobody who has lost patience.
 */
const TWIN_MS = 250;

const IS_BUN = process.versions["bun"] !== undefined;
/** Bun does not say when a listener for a signal leaves. */
const LOOK_EVERY_MS = 1000;

/** Its own type knows fewer ways to listen. */
const emitter: EventEmitter = process;

/** What stands in for us when JavaScript does not come to an end, and our listener never gets its turn. */
export interface SignalGuard {
  /** Only we listen: unless answered in time, the signal kills. */
  guard(signal: number): void;
  /** We have got it, or are gone. */
  answer(signal: number): void;
}

/** It stands before the handlers of libuv, and knows no others. */
const HAS_LIBUV = !IS_BUN && process.versions["deno"] === undefined;

type Listener = (...args: never[]) => unknown;

export class Signals {
  private readonly present = new Set<NodeJS.Signals>();
  private followed: readonly NodeJS.Signals[] = [];
  private isOn = false;
  private isLeaving = false;
  private looking: NodeJS.Timeout | undefined;

  /**
   * @param onDeath - the process is about to die of that signal; told again when it has not done what
   *   it has to within the time; must not throw
   * @param onOthers - others got that signal too and decide
   */
  constructor(
    private readonly onDeath: (signal: NodeJS.Signals, maxMs: number | null) => void,
    private readonly onOthers: () => void,
    private readonly stand: SignalGuard,
  ) {}

  start(): void {
    if (this.isOn || !KNOWS_SIGNALS) return;
    this.isOn = true;
    this.followed = SIGNALS.filter((signal) => !isIgnored(signal));
    this.followed.forEach(this.comeIfAlone);
    // Before Node's own one, which only begins to listen where nobody did.
    emitter.prependListener("newListener", this.onNew);
    process.on("removeListener", this.onRemoved);
    if (IS_BUN) {
      this.looking = setInterval(() => this.followed.forEach(this.comeIfAlone), LOOK_EVERY_MS);
      this.looking.unref();
    }
  }

  stop(): void {
    if (!this.isOn) return;
    this.isOn = false;
    process.off("newListener", this.onNew);
    process.off("removeListener", this.onRemoved);
    clearInterval(this.looking);
    for (const signal of this.followed) this.leave(signal);
  }

  private readonly onNew = (event: string | symbol, listener: Listener): void => {
    if (this.follows(event) && listener !== this.onSignal) this.leave(event);
  };

  private readonly onRemoved = (event: string | symbol): void => {
    if (!this.follows(event) || this.isLeaving) return;
    // It may have been ours: `removeAllListeners()` wants what happens without any.
    if (!process.listeners(event).includes(this.onSignal)) this.present.delete(event);
    this.comeIfAlone(event);
  };

  private readonly comeIfAlone = (signal: NodeJS.Signals): void => {
    if (!this.isOn || process.listenerCount(signal) > 0) return;
    this.present.add(signal);
    process.on(signal, this.onSignal);
    if (HAS_LIBUV) this.stand.guard(constants.signals[signal]);
  };

  private follows(event: string | symbol): event is NodeJS.Signals {
    return (this.followed as readonly (string | symbol)[]).includes(event);
  }

  private leave(signal: NodeJS.Signals): void {
    if (!this.present.delete(signal)) return;
    this.answer(signal);
    this.isLeaving = true;
    try {
      process.off(signal, this.onSignal);
    } finally {
      this.isLeaving = false;
    }
  }

  private answer(signal: NodeJS.Signals): void {
    if (HAS_LIBUV) this.stand.answer(constants.signals[signal]);
  }

  private readonly onSignal = (signal: NodeJS.Signals): void => {
    this.answer(signal);
    if (process.listenerCount(signal) > 1) {
      this.leave(signal);
      this.onOthers();
      return;
    }
    this.onDeath(signal, TWIN_MS);
    // From here on a second signal ends the process, however long the rest takes.
    this.leave(signal);
    this.onDeath(signal, null);
    try {
      process.kill(process.pid, signal);
    } catch {
      // Deno may not be allowed to. This is what a shell makes of the signal.
      process.exit(128 + constants.signals[signal]);
    }
  };
}

/**
 * Whether who started the process wanted it to outlive that signal, as `nohup` does. Node and Deno
 * forget that when they start; Bun keeps to it.
 */
function isIgnored(signal: NodeJS.Signals): boolean {
  if (!IS_BUN) return false;
  try {
    const [, mask = "0"] =
      /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return ((BigInt(`0x${mask}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
  } catch {
    return false; // Only Linux tells.
  }
}
