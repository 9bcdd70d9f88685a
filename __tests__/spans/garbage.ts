// Garbage collection on demand, for what is to happen after it.

import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const TRIES = 200;

/** Collects until `isSo`; what finalization does comes in a later turn of the event loop. */
export async function collectGarbageUntil(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    collect();
    await turn();
    if (await isSo()) return;
  }
  throw new Error("it did not happen, however much garbage was collected");
}
