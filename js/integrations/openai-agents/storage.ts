/**
 * The SDK's own storage of what is current, which several copies of it share since 0.3. Its entry
 * for a trace says when the function is left that the trace was made for, also by a rejection, of
 * which the trace itself hears nothing.
 *
 * An entry that is not active is none to the SDK. With such a one a run can be told to the trace that
 * will be made for it, where a context of our own would be the first of the process: on Node before
 * version 24 that makes every `await` dearer.
 */
import { AsyncLocalStorage } from "node:async_hooks";

import { fieldsOf, isFunction } from "../openai/fields.js";
import type { RunScope } from "./run-scope.js";
import type { SdkTrace } from "./sdk.js";

const STORAGE = Symbol.for("openai.agents.core.asyncLocalStorage");

/** On an entry that is not active. */
const RUN = Symbol.for("catalyst-tracing.openai-agents.started-run");

interface RunEntry {
  readonly active: false;
  readonly [RUN]: RunScope;
}

function storage(): unknown {
  return (globalThis as { [STORAGE]?: unknown })[STORAGE];
}

/** Says whether the SDK has a storage in which `startRun` can tell of a run. */
export function tellsOfRuns(): boolean {
  return storage() instanceof AsyncLocalStorage;
}

/** To be called where nothing of the SDK's is current. */
export function startRun<T>(scope: RunScope, act: () => T): T {
  const shared = storage();
  if (!(shared instanceof AsyncLocalStorage)) return act();
  const entry: RunEntry = { active: false, [RUN]: scope };
  return shared.run(entry, act);
}

/** The run that was started here and has no trace yet. */
export function startedRun(): RunScope | undefined {
  const shared = storage();
  if (!(shared instanceof AsyncLocalStorage)) return undefined;
  return (shared.getStore() as Partial<RunEntry> | undefined)?.[RUN];
}

/** To be called where the trace is started, which is where its entry is current. */
export function whenLeft(sdkTrace: SdkTrace, act: () => void): void {
  const shared = storage();
  const { getStore } = fieldsOf(shared);
  const entry = isFunction(getStore) ? fieldsOf(getStore.call(shared)) : {};
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
