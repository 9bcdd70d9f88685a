/**
 * Every end of the process, or of a worker thread, that leaves time for anything: `process.exit()`,
 * an event loop that has nothing left to do, an error that nobody catches, a signal.
 */
import { isMainThread } from "node:worker_threads";

import { endsBy } from "./endings.js";
import { FatalErrors } from "./fatal-errors.js";
import { LastListener } from "./last-listener.js";
import { type SignalGuard, Signals } from "./signals.js";

/** Deno ends by an error without an `exit` event. */
const HAS_EXIT_AFTER_ERROR = process.versions["deno"] === undefined;

/** What there is to do then. Nothing of it may throw. */
export interface LastActs {
  /** This is the last chance, and may take no longer than that, where it is said. */
  finish(maxMs: number | null): void;
  /** The end is probably near. */
  hurry(): void;
  /** What was thrown ends the process. */
  fail(error: unknown): void;
}

export class ProcessEnd {
  private readonly exit: LastListener;
  private readonly errors: FatalErrors;
  private readonly signals: Signals;
  private isAware = false;

  constructor(acts: LastActs, guard: SignalGuard) {
    this.exit = new LastListener(() => acts.finish(null));
    this.errors = new FatalErrors((error) => {
      acts.fail(error);
      if (!HAS_EXIT_AFTER_ERROR) acts.finish(null);
    });
    this.signals = new Signals(
      (signal, maxMs) => {
        endsBy(signal);
        acts.finish(maxMs);
      },
      () => acts.hurry(),
      guard,
    );
    this.exit.start();
  }

  /** @param isAware - whether there is time for more than what an exit has to have */
  update(isAware: boolean): void {
    if (isAware === this.isAware) return;
    this.isAware = isAware;
    for (const one of this.parts()) {
      if (isAware) one.start();
      else one.stop();
    }
  }

  stop(): void {
    this.update(false);
    this.exit.stop();
  }

  /** Workers get no signals. */
  private parts(): readonly (FatalErrors | Signals)[] {
    return isMainThread ? [this.errors, this.signals] : [this.errors];
  }
}
