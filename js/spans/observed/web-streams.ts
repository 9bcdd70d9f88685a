/**
 * The web's `ReadableStream`, in whichever way it is consumed. What consumes a stream inside of the
 * runtime (`tee`, `pipeTo`, `pipeThrough`) gets another one that reads from it.
 */
import { ReadableStream } from "node:stream/web";

import { runIn } from "../../runtime.js";
import type { ObservedCall } from "./call.js";
import { watchIterator } from "./iterators.js";
import { afterPromise } from "./promises.js";
import { hasMethods, type Method, shadow } from "./shadow.js";

interface Reader {
  read(view?: unknown): Promise<{ done: boolean; value?: unknown }>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

/** What gives another stream, or sends this one somewhere. */
const THROUGH = ["tee", "pipeTo", "pipeThrough"] as const;

interface Source extends Record<(typeof THROUGH)[number], Method> {
  readonly locked: boolean;
  getReader(options?: object): Reader;
}

export function isWebStream(value: object): boolean {
  return hasMethods(value, "getReader", "cancel", "tee");
}

/** Whether it could be done. */
export function watchWebStream(given: object, call: ObservedCall): boolean {
  const stream = given as Source;
  if (stream.locked) return false;
  const isBytes = isByteStream(stream);
  const isWatched = shadow(stream, "getReader", (original) => {
    return function (this: unknown, ...args) {
      const reader = Reflect.apply(original, this, args);
      if (call.isConsumed) watchReader(reader as Reader, call);
      return reader;
    };
  });
  if (!isWatched) return false;
  for (const name of ["values", Symbol.asyncIterator]) {
    shadow(stream, name, (original) => {
      return function (this: unknown, ...args) {
        const iterator = Reflect.apply(original, this, args) as object;
        watchIterator(iterator, call, stream);
        return iterator;
      };
    });
  }
  shadow(stream, "cancel", (original) => cancelling(original, call, () => !stream.locked));
  for (const name of THROUGH) {
    shadow(stream, name, (original) => {
      return function (this: unknown, ...args) {
        // A stream that cannot be read any more says so itself.
        if (!call.isConsumed || stream.locked) return Reflect.apply(original, this, args);
        return throughRelay(stream, isBytes, name, args);
      };
    });
  }
  return true;
}

function watchReader(reader: Reader, call: ObservedCall): void {
  let isReleased = false;
  shadow(reader, "read", (original) => {
    return function (this: unknown, ...args) {
      const result = runIn(call.context, Reflect.apply, original, this, args) as unknown;
      const onResult = (taken: unknown): void => {
        const { done, value } = taken as { done: boolean; value?: unknown };
        if (done) call.completed();
        else call.item(value);
      };
      // Giving the reader back is no error of the stream.
      const onError = (error: unknown): void => {
        if (!isReleased) call.failed(error);
      };
      return afterPromise(result, onResult, onError) ?? result;
    };
  });
  shadow(reader, "cancel", (original) => cancelling(original, call, () => !isReleased));
  shadow(reader, "releaseLock", (original) => {
    return function (this: unknown) {
      isReleased = true;
      return Reflect.apply(original, this, []);
    };
  });
}

function cancelling(original: Method, call: ObservedCall, isPossible: () => boolean): Method {
  return function (this: unknown, ...args) {
    if (!isPossible()) return Reflect.apply(original, this, args);
    const result = runIn(call.context, Reflect.apply, original, this, args) as unknown;
    const onError = (error: unknown): void => call.failed(error);
    return afterPromise(result, () => call.stopped(), onError) ?? result;
  };
}

/** Streams of bytes have readers that fill the consumer's own buffers, and so must what they give. */
function isByteStream(stream: Source): boolean {
  try {
    stream.getReader({ mode: "byob" }).releaseLock();
    return true;
  } catch {
    return false;
  }
}

function throughRelay(
  stream: Source,
  isBytes: boolean,
  name: (typeof THROUGH)[number],
  args: readonly unknown[],
): unknown {
  const reader = stream.getReader();
  const release = (): void => reader.releaseLock();
  try {
    const relay = (isBytes ? byteRelay(reader) : valueRelay(reader)) as unknown as Source;
    const result = relay[name](...args);
    return name === "pipeTo" ? (afterPromise(result, release, release) ?? result) : result;
  } catch (error) {
    release();
    throw error;
  }
}

function valueRelay(reader: Reader): ReadableStream {
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

function byteRelay(reader: Reader): ReadableStream {
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) {
        controller.enqueue(value as Uint8Array);
        return;
      }
      controller.close();
      // A consumer's buffer that waits to be filled has to be given back.
      controller.byobRequest?.respond(0);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
