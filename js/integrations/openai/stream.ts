/**
 * Listens to a stream of the SDK's without taking its place. The stream stays the SDK's object and
 * so do its iterators, with a `next` and `return` that tell the call what passes: loops, `tee()`,
 * `toReadableStream()` and the SDK's helpers all read through them.
 */
import { types } from "node:util";

import { guarded } from "../guard.js";
import type { Call } from "./call.js";
import { fieldsOf, isFunction } from "./fields.js";
import { endWith, stopWaiting } from "./waiting.js";

interface Steps {
  next: (...args: [] | [unknown]) => Promise<IteratorResult<unknown>>;
  return?: (value?: unknown) => Promise<IteratorResult<unknown>>;
}

interface SdkStream {
  iterator: () => Steps;
  readonly controller?: { readonly signal?: { readonly aborted?: unknown } };
}

function isStream(value: unknown): value is SdkStream {
  return isFunction(fieldsOf(value)["iterator"]) && Symbol.asyncIterator in fieldsOf(value);
}

/** What a call has come to: an answer, or the stream of one. */
export function followAnswer(answer: unknown, call: Call): void {
  if (call.hasEnded) return;
  if (isStream(answer)) guarded(call.span, () => listenToStream(answer, call));
  else call.respond(answer);
}

function listenToStream(stream: SdkStream, call: Call): void {
  const { iterator, controller } = stream;
  const listener = new Listener(call, controller);
  stream.iterator = function (this: SdkStream) {
    const steps = iterator.call(this);
    guarded(call.span, () => listener.join(steps));
    return steps;
  };
  endWith(listener, call);
}

/** Lives as long as the stream or an iterator of it: then nobody can read on. */
class Listener {
  /** A stream can be read once: whoever asks first gets it, and others only an error. */
  private reader: Steps | undefined;

  constructor(
    private readonly call: Call,
    private readonly controller: SdkStream["controller"],
  ) {}

  join(steps: Steps): void {
    const { next, return: close } = steps;
    /** The first step tells it of all. */
    let hears: boolean | undefined;
    const onStep = (step: IteratorResult<unknown>): void => {
      if (step.done === true) this.finish();
      else this.call.chunk(step.value);
    };
    const onError = (error: unknown): void => this.fail(error);
    replace(steps, "next", (...args: [] | [unknown]) => {
      const step = args.length === 0 ? next.call(steps) : next.apply(steps, args);
      hears ??= this.isReader(steps) && types.isPromise(step);
      // The very promise is returned: its reader does not wait a turn longer.
      if (hears) step.then(onStep, onError);
      return step;
    });
    if (close === undefined) return;
    replace(steps, "return", (value: unknown) => {
      // First, because the SDK aborts the request when a reader leaves early.
      if (this.reader === steps) this.finish();
      return close.call(steps, value);
    });
  }

  private isReader(steps: Steps): boolean {
    this.reader ??= steps;
    return this.reader === steps;
  }

  private finish(): void {
    stopWaiting(this.call);
    if (this.controller?.signal?.aborted === true) this.call.abort();
    else this.call.end();
  }

  private fail(error: unknown): void {
    stopWaiting(this.call);
    this.call.fail(error);
  }
}

/** Not by assignment: each stream has a shape of its own, for which the engine would learn to assign. */
function replace(steps: Steps, name: keyof Steps, value: unknown): void {
  Object.defineProperty(steps, name, { value, writable: true, configurable: true });
}
