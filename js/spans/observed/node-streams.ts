/**
 * Node's readable streams, in whichever way they are consumed. No listener is added: one for `data`
 * would start the stream, one for `error` would make an error that nobody handles disappear.
 */
import { types } from "node:util";

import { runIn } from "../../runtime.js";
import { guarded } from "../guard.js";
import type { ObservedCall } from "./call.js";
import { hasMethods, shadow } from "./shadow.js";

interface State {
  readonly readable?: unknown;
  readonly readableEnded?: unknown;
  readonly destroyed?: unknown;
}

export function isNodeStream(value: object): boolean {
  return hasMethods(value, "on", "emit", "read", "pipe");
}

/** Whether it could be done, and there is anything to come. */
export function watchNodeStream(stream: object, call: ObservedCall): boolean {
  const { readable, readableEnded, destroyed } = stream as State;
  if (readable === false || readableEnded === true || destroyed === true) return false;
  // The source of the data, such as a generator, is part of the work.
  shadow(stream, "_read", (original) => {
    return function (this: unknown, ...args) {
      return runIn(call.context, Reflect.apply, original, this, args) as unknown;
    };
  });
  return shadow(stream, "emit", (original) => {
    return function (this: unknown, ...args) {
      if (!call.hasEnded) guarded(() => note(call, args[0], args[1]));
      return Reflect.apply(original, this, args);
    };
  });
}

function note(call: ObservedCall, event: unknown, value: unknown): void {
  switch (event) {
    case "data":
      call.item(value);
      break;
    case "end":
      call.completed();
      break;
    case "error":
      // What breaking out of a loop over the stream makes.
      if (types.isNativeError(value) && value.name === "AbortError") call.stopped();
      else call.failed(value);
      break;
    case "close":
      call.stopped();
      break;
    default:
  }
}
