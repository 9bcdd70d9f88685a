/**
 * Calls whose end is up to the app: a stream that it reads, a promise that it has not looked at yet.
 * Such a call ends when the app has lost what it would read on with, or when the process exits.
 */
import type { Call } from "./call.js";

const waiting = new Set<Call>();
const lost = new FinalizationRegistry<Call>((call) => {
  waiting.delete(call);
  call.abandon();
});
let isListening = false;

/** `call` ends when `object` has been collected, at the latest. */
export function endWith(object: object, call: Call): void {
  if (!isListening) {
    isListening = true;
    process.once("exit", () => {
      for (const open of waiting) open.abandon();
    });
  }
  waiting.add(call);
  lost.register(object, call, call);
}

export function stopWaiting(call: Call): void {
  waiting.delete(call);
  lost.unregister(call);
}
