/**
 * When a promise settles, without becoming its consumer.
 *
 * A promise that an async function makes is replaced by the one that `then` gives, so that a
 * rejection that nobody handles is still reported as such. One that has methods of its own stays
 * the same object. A `then` that is not the language's may be what starts the work (a query, a
 * request's body): it is never called from here, only watched when the consumer calls it.
 */
import { types } from "node:util";

import { activeContext, runIn } from "../../runtime.js";
import { guarded } from "../guard.js";
import type { ObservedCall } from "./call.js";
import { hasMethods, type Method, shadow } from "./shadow.js";

type Settled = (value: unknown) => void;

interface ThenMethod {
  then: Method;
}

/** Of the promises that async functions make, whatever the global `Promise` is. */
const language = Object.getPrototypeOf((async () => {})()) as ThenMethod;

/**
 * What the consumer gets in place of `value`; `undefined` where it is no promise of the language.
 * `onValue` and `onError` are called before any of the consumer's code.
 */
export function afterPromise(value: unknown, onValue: Settled, onError: Settled): unknown {
  // Where a class of promises cannot make what its `then` has to give, this throws.
  return guarded(() => attach(value, onValue, onError));
}

function attach(value: unknown, onValue: Settled, onError: Settled): unknown {
  if (!types.isPromise(value) || (value.then as unknown) !== language.then) return undefined;
  if (Object.getPrototypeOf(value) !== language || Object.getOwnPropertyNames(value).length > 0) {
    Reflect.apply(language.then, value, [onValue, onError]);
    return value;
  }
  return Reflect.apply(language.then, value, [
    (result: unknown) => {
      onValue(result);
      return result;
    },
    (error: unknown) => {
      onError(error);
      throw error;
    },
  ]);
}

export function isThenable(value: object): boolean {
  return hasMethods(value, "then");
}

/** What of the result of a method is the output; these are the ways to consume openai's promises. */
const CONSUMERS: Readonly<Record<string, (result: unknown) => unknown>> = {
  catch: (result) => result,
  finally: (result) => result,
  withResponse: (result) => (result as { data?: unknown } | undefined)?.data,
  asResponse: () => undefined,
};

/** Whether it could be done: `onValue` is called once a consumer has got the value. */
export function watchThenable(thenable: object, call: ObservedCall, onValue: Settled): boolean {
  const onError: Settled = (error) => call.failed(error);
  const isWatched = shadow(thenable, "then", (original) => {
    return function (this: unknown, onFulfilled, onRejected, ...rest) {
      if (call.hasEnded) return Reflect.apply(original, this, [onFulfilled, onRejected, ...rest]);
      const handlers = [passing(onFulfilled, onValue), throwing(onRejected, onError)];
      const all = [...handlers, ...rest];
      return runIn(call.context, Reflect.apply, original, this, all) as unknown;
    };
  });
  if (!isWatched) return false;
  call.goesOnIn(thenable, false);
  for (const [name, output] of Object.entries(CONSUMERS)) {
    shadow(thenable, name, (original) => {
      return function (this: unknown, ...args) {
        if (!call.isConsumed) return Reflect.apply(original, this, args);
        if (name === "catch") args[0] = throwing(args[0], onError);
        const result = runIn(call.context, Reflect.apply, original, this, args) as unknown;
        const note: Settled = (value) => guarded(() => onValue(output(value)));
        return afterPromise(result, note, onError) ?? result;
      };
    });
  }
  return true;
}

function passing(handler: unknown, note: Settled): Method {
  const handle = inContextOf(handler);
  return (...outcome) => {
    guarded(() => note(outcome[0]));
    return handle === undefined ? outcome[0] : handle(...outcome);
  };
}

function throwing(handler: unknown, note: Settled): Method {
  const handle = inContextOf(handler);
  return (...outcome) => {
    guarded(() => note(outcome[0]));
    if (handle === undefined) throw outcome[0];
    return handle(...outcome);
  };
}

/** The consumer's callback, to run where the consumer is and not inside the span. */
function inContextOf(handler: unknown): ((...args: unknown[]) => unknown) | undefined {
  if (typeof handler !== "function") return undefined;
  const outside = activeContext();
  return (...args) => runIn(outside, handler as (...args: unknown[]) => unknown, ...args);
}
