/**
 * Listens to an `APIPromise` of the SDK's in place. Such a promise reads the response's body only
 * when it is asked to: by `then`, `catch`, `finally` and `withResponse`, which come to `parseResponse`;
 * by a promise that `_thenUnwrap()` derives; and never by `asResponse()`. So nothing here awaits it.
 * What passes is told by the functions that the SDK calls when somebody else does. Where nobody asks
 * for the answer of a call that fails, the app is told of an unhandled rejection, as without us.
 *
 * The methods are replaced on the promise and not on its prototype: where that changes, Node before
 * version 24 takes longer for every promise of the process, once an `AsyncLocalStorage` is used.
 *
 * The SDK may have been loaded in a realm of its own, whose `Promise` is another one than ours.
 */
import { types } from "node:util";

import type { Call } from "./call.js";
import { fieldsOf, isFunction } from "./fields.js";
import { followAnswer } from "./stream.js";
import { endWith, stopWaiting } from "./waiting.js";

/**
 * How long an answer that has arrived is kept open for somebody to read it. Apps start calls and
 * await them later; one that nobody is going to read should not wait for the garbage collector.
 */
const UNREAD_MS = 60_000;

// Taken at load: fake timers of a test framework must not keep spans open.
const { clearTimeout, setImmediate, setTimeout } = globalThis;
const settled = Promise.resolve();

type Parse = (...args: unknown[]) => unknown;
type Transform = (value: unknown, ...rest: unknown[]) => unknown;

interface ApiPromise extends Promise<unknown> {
  readonly responsePromise: Promise<unknown>;
  parseResponse: Parse;
  readonly parse?: () => unknown;
  readonly _thenUnwrap?: (transform: Transform) => unknown;
  readonly asResponse?: () => unknown;
}

export function isApiPromise(value: unknown): value is ApiPromise {
  const { responsePromise, parseResponse } = fieldsOf(value);
  return types.isPromise(responsePromise) && isFunction(parseResponse);
}

export function listenToPromise(promise: ApiPromise, call: Call): void {
  const reading = new Reading(call);
  reading.join(promise);
  reading.head = promise.responsePromise.then(
    (head) => reading.arrived(head),
    (error: unknown) => reading.failed(error),
  );
}

/** How far the app has got with an answer. Lives as long as a promise of it. */
class Reading {
  /** What was made of the promise for the answer's head, by us. */
  head: Promise<void> | undefined;
  private isAwaited = false;
  /** The promise for the answer's content has been asked for. */
  private isAsked = false;
  private hasThrown = false;
  private isBegun = false;
  private hasValue = false;
  private isUnread = false;
  private wantsResponse = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly call: Call) {}

  /** Also for the promises that are derived from the first: they read the same body. */
  join(promise: ApiPromise): void {
    const { parse, parseResponse, _thenUnwrap: derive, asResponse } = promise;
    promise.parseResponse = (...args) => this.parse(parseResponse, promise, args);
    if (typeof parse === "function") {
      redefine(promise, "parse", () => {
        this.isAsked = true;
        this.awaited();
        return parse.call(promise);
      });
    } else {
      this.isAwaited = true; // Who knows.
    }
    // In some versions it is the promise's own, and does not come to `parseResponse`.
    if (typeof derive === "function") {
      redefine(promise, "_thenUnwrap", (transform: Transform) => {
        const derived = derive.call(promise, (value, ...rest) => {
          this.take(value);
          return transform(value, ...rest);
        });
        if (isApiPromise(derived)) this.join(derived);
        return derived;
      });
    }
    if (typeof asResponse === "function") {
      redefine(promise, "asResponse", () => {
        this.awaited();
        this.wantsResponse = true;
        if (this.isUnread) this.endUnread();
        return asResponse.call(promise);
      });
    }
  }

  private parse(original: Parse, promise: unknown, args: unknown[]): unknown {
    const isFirst = !this.isBegun;
    this.isBegun = true;
    if (this.timer !== undefined) clearTimeout(this.timer);
    if (this.isUnread) stopWaiting(this.call);
    const parsed = original.apply(promise, args);
    // Whoever reads a body again gets an error that says nothing of the call.
    if (!isFirst) return parsed;
    if (types.isPromise(parsed)) {
      parsed.then(
        (value) => this.take(value),
        (error: unknown) => this.call.fail(error),
      );
    } else {
      this.take(parsed);
    }
    return parsed;
  }

  private take(value: unknown): void {
    if (this.hasValue) return;
    this.hasValue = true;
    followAnswer(value, this.call);
  }

  /** Somebody will hear of a failure. */
  private awaited(): void {
    if (this.isAwaited) return;
    this.isAwaited = true;
    if (this.hasThrown) this.head?.catch(() => undefined);
  }

  failed(error: unknown): void {
    this.call.fail(error);
    if (this.isAwaited) return;
    this.hasThrown = true;
    throw error;
  }

  arrived(head: unknown): void {
    this.call.answered(head);
    // Whoever was waiting for the response's head begins to read in this turn.
    if (!this.isAsked) void settled.then(() => this.waitForReader());
  }

  private waitForReader(): void {
    if (this.isBegun) return;
    this.isUnread = true;
    if (this.wantsResponse) return this.endUnread();
    endWith(this, this.call);
    this.timer = setTimeout(giveUp, UNREAD_MS, this.call);
    this.timer.unref?.();
  }

  /** The app has the response itself; it may still ask for its content at once. */
  private endUnread(): void {
    setImmediate(() => {
      if (!this.isBegun) giveUp(this.call);
    });
  }
}

function giveUp(call: Call): void {
  stopWaiting(call);
  call.abandon();
}

/** Not enumerable where it was on the prototype: nobody is to see a difference. */
function redefine(target: object, name: string, value: unknown): void {
  const enumerable =
    Object.hasOwn(target, name) && Object.prototype.propertyIsEnumerable.call(target, name);
  Object.defineProperty(target, name, { value, enumerable, writable: true, configurable: true });
}
