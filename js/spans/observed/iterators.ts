/**
 * Generators, iterators and async iterables, which do their work while they are consumed: each step
 * runs in the span's context, the consumer's loop stays in its own.
 */
import { runIn } from "../../runtime.js";
import { guarded } from "../guard.js";
import type { ObservedCall } from "./call.js";
import { afterPromise } from "./promises.js";
import { hasMethods, type Method, shadow } from "./shadow.js";

const STEPS = ["next", "return", "throw"] as const;
type Step = (typeof STEPS)[number];

/** Things to be consumed, such as a generator; an array is a value. */
export function isIterator(value: object): boolean {
  return hasMethods(value, "next", Symbol.iterator);
}

/** A page of a list, as SDKs have it, is a value too: it is iterated for what follows it. */
export function isAsyncIterable(value: object): boolean {
  return hasMethods(value, Symbol.asyncIterator) && !hasMethods(value, "getNextPage");
}

/** As long as somebody uses an iterator, the iterable that it is of has not been abandoned. */
const ofIterable = new WeakMap<object, object>();

/** Whether it could be done. */
export function watchIterator(iterator: object, call: ObservedCall, iterable = iterator): boolean {
  ofIterable.set(iterator, iterable);
  const watched = STEPS.map((step) =>
    shadow(iterator, step, (original) => {
      return function (this: unknown, ...args) {
        if (!call.isConsumed) return Reflect.apply(original, this, args);
        return takeStep(call, step, () => Reflect.apply(original, this, args));
      };
    }),
  );
  return watched[0] === true;
}

function takeStep(call: ObservedCall, step: Step, take: () => unknown): unknown {
  let result: unknown;
  try {
    result = runIn(call.context, take);
  } catch (error) {
    call.failed(error);
    throw error;
  }
  const note = (taken: unknown): void => guarded(() => noteStep(call, step, taken));
  const promise = afterPromise(result, note, (error) => call.failed(error));
  if (promise === undefined) note(result);
  return promise ?? result;
}

/** What has no `done` is not an iterator's result: some cursors have a `next` of another kind. */
function noteStep(call: ObservedCall, step: Step, taken: unknown): void {
  if (typeof taken !== "object" || taken === null) return;
  const { done, value } = taken as { done?: unknown; value?: unknown };
  if (done !== true) {
    if (done === false || "value" in taken) call.item(value);
  } else if (step === "return") {
    call.stopped();
  } else {
    call.completed(value);
  }
}

/** Whether it could be done. What is consumed in other ways than by iterating is not seen. */
export function watchAsyncIterable(iterable: object, call: ObservedCall): boolean {
  const seen = new WeakSet<object>();
  const watch = (iterator: unknown): void => {
    if (typeof iterator !== "object" || iterator === null || seen.has(iterator)) return;
    seen.add(iterator);
    watchIterator(iterator, call, iterable);
  };
  if (hasMethods(iterable, "next")) watch(iterable);
  const watching = (original: Method): Method => {
    return function (this: unknown, ...args) {
      if (!call.isConsumed) return Reflect.apply(original, this, args);
      const iterator = runIn(call.context, Reflect.apply, original, this, args) as unknown;
      guarded(() => watch(iterator));
      return iterator;
    };
  };
  // From which the streams of openai and its kin make what `tee()` gives.
  shadow(iterable, "iterator", watching);
  return shadow(iterable, Symbol.asyncIterator, watching);
}
