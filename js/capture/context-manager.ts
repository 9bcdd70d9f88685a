/**
 * OpenTelemetry's context on Node's `AsyncLocalStorage`, which Bun and Deno have too. Created on
 * first use: merely having an `AsyncLocalStorage` makes every `await` dearer on older Nodes.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";

import { type Context, type ContextManager, ROOT_CONTEXT } from "@opentelemetry/api";

import { deeper, stamped } from "./overlay.js";

export type ContextAccess = Pick<ContextManager, "active" | "with">;

type AnyFunction = (...args: never[]) => unknown;

export class AsyncContextManager implements ContextManager {
  private storage: AsyncLocalStorage<Context> | undefined;
  /** Told when somebody clears OpenTelemetry's place for context managers, where we are. */
  onDisable: (() => void) | undefined;

  /** No context was ever entered. */
  get isIdle(): boolean {
    return this.storage === undefined;
  }

  active(): Context {
    return deeper(this.storage?.getStore() ?? ROOT_CONTEXT);
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    this.storage ??= new AsyncLocalStorage();
    // The common call needs no closure over `this`.
    if (thisArg === undefined) return this.storage.run(stamped(context), fn, ...args);
    return this.storage.run(stamped(context), () => fn.apply(thisArg, args));
  }

  /** Functions run in `context`; so do the listeners that an emitter gets from now on. */
  bind<T>(context: Context, target: T): T {
    if (typeof target === "function") {
      return this.bindFunction(context, target as AnyFunction) as T;
    }
    return isEmitter(target) ? this.bindEmitter(context, target) : target;
  }

  private bindFunction(context: Context, fn: AnyFunction): AnyFunction {
    const run = (act: () => unknown): unknown => this.with(context, act);
    const bound = function (this: unknown, ...args: never[]) {
      return run(() => fn.apply(this, args));
    };
    // Callers tell callbacks apart by their arity.
    Object.defineProperty(bound, "length", { value: arity(fn), configurable: true });
    return bound;
  }

  private bindEmitter<T extends EventEmitter>(context: Context, emitter: T): T {
    const boundBy = new WeakMap<AnyFunction, AnyFunction>();
    const boundFor = (listener: AnyFunction): AnyFunction => {
      const known = boundBy.get(listener);
      if (known !== undefined || typeof listener !== "function") return known ?? listener;
      const bound = this.bindFunction(context, listener);
      // What `once` adds is a wrapper, which names the listener that `off` will ask for.
      Object.assign(bound, listener);
      boundBy.set(listener, bound);
      return bound;
    };
    const methods = emitter as unknown as Record<string, AnyFunction>;
    for (const name of ["on", "addListener", "once", "prependListener", "prependOnceListener"]) {
      const original = methods[name];
      if (original === undefined) continue;
      methods[name] = (event: never, listener: never) =>
        original.call(emitter, event, boundFor(listener) as never);
    }
    for (const name of ["off", "removeListener"]) {
      const original = methods[name];
      if (original === undefined) continue;
      methods[name] = (event: never, listener: never) =>
        original.call(emitter, event, (boundBy.get(listener) ?? listener) as never);
    }
    return emitter;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.storage?.disable();
    this.storage = undefined;
    this.onDisable?.();
    return this;
  }
}

function arity(fn: AnyFunction): number {
  try {
    return fn.length;
  } catch {
    return 0;
  }
}

function isEmitter(target: unknown): target is EventEmitter {
  try {
    return target instanceof EventEmitter;
  } catch {
    return false;
  }
}
