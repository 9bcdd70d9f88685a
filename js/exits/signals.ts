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
import { constants } from "node:os";

/** What a terminal, a shell, or whoever runs services sends to have a process end. */
const SIGNALS: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGHUP"];

/** On Windows a process cannot die of a signal that it sends to itself. */
const KNOWS_SIGNALS = process.platform !== "win32";

/** Bun does not say when a listener for a signal leaves. */
const LOOK_EVERY_MS = 1000;

/** Its own type knows fewer ways to listen. */
const emitter: EventEmitter = process;

type Listener = (...args: never[]) => unknown;

export class Signals {
  private readonly present = new Set<NodeJS.Signals>();
  private isOn = false;
  private isLeaving = false;
  private looking: NodeJS.Timeout | undefined;

  /**
   * @param onDeath - the process is about to die of that signal; must not throw
   * @param onOthers - others got that signal too and decide
   */
  constructor(
    private readonly onDeath: (signal: NodeJS.Signals) => void,
    private readonly onOthers: () => void,
  ) {}

  start(): void {
    if (this.isOn || !KNOWS_SIGNALS) return;
    this.isOn = true;
    for (const signal of SIGNALS) this.comeIfAlone(signal);
    // Before Node's own one, which only begins to listen where nobody did.
    emitter.prependListener("newListener", this.onNew);
    process.on("removeListener", this.onRemoved);
    if (process.versions["bun"] !== undefined) {
      this.looking = setInterval(() => SIGNALS.forEach(this.comeIfAlone), LOOK_EVERY_MS);
      this.looking.unref();
    }
  }

  stop(): void {
    if (!this.isOn) return;
    this.isOn = false;
    process.off("newListener", this.onNew);
    process.off("removeListener", this.onRemoved);
    clearInterval(this.looking);
    for (const signal of SIGNALS) this.leave(signal);
  }

  private readonly onNew = (event: string | symbol, listener: Listener): void => {
    if (isOurs(event) && listener !== this.onSignal) this.leave(event);
  };

  private readonly onRemoved = (event: string | symbol): void => {
    if (!isOurs(event) || this.isLeaving) return;
    // It may have been ours: `removeAllListeners()` wants what happens without any.
    if (!process.listeners(event).includes(this.onSignal)) this.present.delete(event);
    this.comeIfAlone(event);
  };

  private readonly comeIfAlone = (signal: NodeJS.Signals): void => {
    if (!this.isOn || process.listenerCount(signal) > 0) return;
    this.present.add(signal);
    process.on(signal, this.onSignal);
  };

  private leave(signal: NodeJS.Signals): void {
    if (!this.present.delete(signal)) return;
    this.isLeaving = true;
    try {
      process.off(signal, this.onSignal);
    } finally {
      this.isLeaving = false;
    }
  }

  private readonly onSignal = (signal: NodeJS.Signals): void => {
    // First of all, so that a second signal ends the process however long the rest takes.
    this.leave(signal);
    if (process.listenerCount(signal) > 0) {
      this.onOthers();
      return;
    }
    this.onDeath(signal);
    try {
      process.kill(process.pid, signal);
    } catch {
      // Deno may not be allowed to. This is what a shell makes of the signal.
      process.exit(128 + constants.signals[signal]);
    }
  };
}

function isOurs(event: string | symbol): event is NodeJS.Signals {
  return (SIGNALS as readonly (string | symbol)[]).includes(event);
}
