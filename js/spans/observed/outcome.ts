/**
 * What an observed function gave: a value, which ends its span, or something in which its work goes
 * on. What the caller gets is that same thing.
 */
import { types } from "node:util";

import { guarded } from "../guard.js";
import type { ObservedCall } from "./call.js";
import { isAsyncIterable, isIterator, watchAsyncIterable, watchIterator } from "./iterators.js";
import { isNodeStream, watchNodeStream } from "./node-streams.js";
import { afterPromise, isThenable, watchThenable } from "./promises.js";
import { isWebStream, watchWebStream } from "./web-streams.js";

type Watch = (object: object, call: ObservedCall) => boolean;

/** The first that knows an object watches it. */
const STREAMS: readonly (readonly [is: (value: object) => boolean, watch: Watch])[] = [
  [isNodeStream, watchNodeStream],
  [isWebStream, watchWebStream],
  [isAsyncIterable, watchAsyncIterable],
  [isIterator, watchIterator],
];

/** Which functions watch an object: one that is given again and again is watched once by each. */
const watchedBy = new WeakMap<object, WeakSet<object>>();

/**
 * @param fn - the observed function
 * @returns what the caller is to get in place of `result`
 */
export function handOn(call: ObservedCall, fn: object, result: unknown): unknown {
  const onValue = (value: unknown): void => finishWith(call, fn, value);
  const onError = (error: unknown): void => call.failed(error);
  const promise = afterPromise(result, onValue, onError);
  if (promise !== undefined) return promise;
  const isAwaited = guarded(
    () =>
      isOpenToUs(result) &&
      isThenable(result) &&
      claim(result, fn) &&
      watchThenable(result, call, onValue),
  );
  if (isAwaited !== true) onValue(result);
  return result;
}

function finishWith(call: ObservedCall, fn: object, value: unknown): void {
  const watch = isOpenToUs(value) ? STREAMS.find(([is]) => is(value))?.[1] : undefined;
  if (watch === undefined) {
    call.returned(value);
    return;
  }
  const object = value as object;
  const isWatched = guarded(() => {
    if (!claim(object, fn)) return false;
    call.goesOnIn(object, true);
    return watch(object, call);
  });
  if (isWatched !== true) call.completed();
}

/** A proxy may make anything of what is asked of it, a remote call for example. */
function isOpenToUs(value: unknown): value is object {
  return typeof value === "object" && value !== null && !types.isProxy(value);
}

function claim(object: object, fn: object): boolean {
  const watchers = watchedBy.get(object) ?? new WeakSet();
  if (watchers.has(fn)) return false;
  watchedBy.set(object, watchers.add(fn));
  return true;
}
