/**
 * Why the process ends, and who has something to finish then. Whichever end it is that leaves time
 * for that tells each of them, once.
 */

/** How the process ends: a signal's name, or one of these. */
export type EndReason =
  NodeJS.Signals | "process_exit" | "uncaught_exception" | "unhandled_rejection";

type Ending = (reason: EndReason) => void;

const endings = new Set<Ending>();
let isListening = false;
let reason: EndReason = "process_exit";

/** The process is about to end, and this is why. */
export function endsBy(because: EndReason): void {
  reason = because;
}

export function endReason(): EndReason {
  return reason;
}

/** @param ending - must not throw */
export function beforeEnd(ending: Ending): void {
  endings.add(ending);
  if (isListening) return;
  isListening = true;
  process.once("exit", finishAll);
}

export function finishAll(): void {
  for (const ending of endings) {
    endings.delete(ending);
    ending(reason);
  }
}
