/**
 * Counts how often the SDK sends a call's request again. It does so by a method of the client's, in
 * the context of the call.
 */
import { type Span, trace } from "@opentelemetry/api";

import { activeContext } from "../../runtime.js";
import type { Call } from "./call.js";
import { type Fields, fieldsOf, isFunction } from "./fields.js";
import { replaceMethod } from "./replace-method.js";

/** On the span itself: a `WeakMap` would be among the dearest parts of a call. */
const CALL = Symbol("call");

type CallSpan = Span & { [CALL]?: Call };

export function countRetriesOf(call: Call): void {
  (call.span as CallSpan)[CALL] = call;
}

export function patchRetries(client: unknown): void {
  const prototype = ownerOf(fieldsOf(fieldsOf(client)["prototype"]), "retryRequest");
  if (prototype === undefined) return;
  replaceMethod(
    prototype,
    "retryRequest",
    (original) =>
      function (this: unknown, ...args: unknown[]) {
        countRetry();
        return original.apply(this, args);
      },
  );
}

function countRetry(): void {
  try {
    const span: CallSpan | undefined = trace.getSpan(activeContext()) ?? trace.getActiveSpan();
    const call = span?.[CALL];
    if (call !== undefined) call.retries += 1;
  } catch {
    // A context manager of somebody else's; the number is not worth a fault.
  }
}

/** The prototype that has the method itself: clients inherit it. */
function ownerOf(prototype: Fields, method: string): object | undefined {
  let owner: object | null = prototype;
  while (owner !== null && !Object.hasOwn(owner, method)) {
    owner = Object.getPrototypeOf(owner) as object | null;
  }
  return owner !== null && isFunction(fieldsOf(owner)[method]) ? owner : undefined;
}
