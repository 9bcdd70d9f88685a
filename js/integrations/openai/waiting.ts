/**
 * Calls that are under way. One whose end is up to the app, because it has a stream to read or a
 * promise that it has not looked at yet, ends when the app has lost what it would read on with. When
 * the process exits all of them end, with what had been heard.
 */

import { beforeEnd, type EndReason } from "../../exits/endings.js";
import type { Fields } from "./fields.js";
import type { Retries } from "./retries.js";

/** A call, as far as others have to do with it. */
interface Open {
  abandon(): void;
  interrupt(reason: EndReason): void;
  /** A request of `client` is sent again, which may be the one of this call. */
  mayRetry(retries: Retries, client: unknown, options: Fields): void;
}

const open = new Set<Open>();
const lost = new FinalizationRegistry<Open>((call) => call.abandon());
let isListening = false;

export function underWay(call: Open): void {
  open.add(call);
  if (isListening) return;
  isListening = true;
  beforeEnd((reason) => {
    for (const left of open) left.interrupt(reason);
  });
}

export function callsUnderWay(): Iterable<Open> {
  return open;
}

export function over(call: Open): void {
  open.delete(call);
}

/** `call` ends when `object` has been collected, at the latest. */
export function endWith(object: object, call: Open): void {
  lost.register(object, call, call);
}

/** It is no longer up to that object. */
export function stopWaiting(call: Open): void {
  lost.unregister(call);
}
