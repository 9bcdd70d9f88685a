/**
 * The SDK's own storage of what is current, which several copies of it share since 0.3. Its entry
 * for a trace says when the function is left that the trace was made for, also by a rejection, of
 * which the trace itself hears nothing.
 */
import { fieldsOf, isFunction } from "../openai/fields.js";
import type { SdkTrace } from "./sdk.js";

const STORAGE = Symbol.for("openai.agents.core.asyncLocalStorage");

/** To be called where the trace is started, which is where its entry is current. */
export function whenLeft(sdkTrace: SdkTrace, act: () => void): void {
  const storage = (globalThis as { [STORAGE]?: unknown })[STORAGE];
  const { getStore } = fieldsOf(storage);
  const entry = isFunction(getStore) ? fieldsOf(getStore.call(storage)) : {};
  if (entry["trace"] !== sdkTrace || entry["active"] !== true) return;
  let isActive: unknown = true;
  Object.defineProperty(entry, "active", {
    get: () => isActive,
    set: (value: unknown) => {
      isActive = value;
      if (value === false) act();
    },
    enumerable: true,
    configurable: true,
  });
}
