/**
 * The body of a request as the SDK writes it. Where that is the method's argument as JSON, nobody has
 * to read the argument a second time, and what is recorded is what is sent. The SDK shows each request
 * to a method of the client's, which does nothing unless somebody overrides it.
 */
import { fieldsOf, isFunction } from "./fields.js";
import { ownerOf, replaceMethod } from "./replace-method.js";

/** A call that has been made, and whose request has not. */
interface Unsent {
  readonly argument: unknown;
  sent(body: unknown): void;
}

/** In the order in which they were made, which mostly is the one in which they are sent. */
const unsent: Unsent[] = [];
const telling = new WeakSet<object>();

export function patchSending(client: unknown): void {
  const prototype = ownerOf(fieldsOf(fieldsOf(client)["prototype"]), "prepareRequest");
  if (prototype === undefined) return;
  replaceMethod(prototype, "prepareRequest", (original) => {
    const replaced = function (this: unknown, ...args: unknown[]): unknown {
      tell(args[0], args[1]);
      return original.apply(this, args);
    };
    telling.add(replaced);
    return replaced;
  });
}

/** Whether it will be told what this client sends. */
export function isTold(client: unknown): boolean {
  const { prepareRequest } = fieldsOf(client);
  return isFunction(prepareRequest) && telling.has(prepareRequest);
}

export function awaitSending(call: Unsent): void {
  unsent.push(call);
}

export function stopAwaiting(call: Unsent): void {
  const at = unsent.indexOf(call);
  if (at >= 0) unsent.splice(at, 1);
}

function tell(request: unknown, about: unknown): void {
  try {
    if (unsent.length === 0) return;
    const { body: argument } = fieldsOf(fieldsOf(about)["options"]);
    const call = unsent.find((waiting) => waiting.argument === argument);
    if (call === undefined) return;
    stopAwaiting(call);
    call.sent(fieldsOf(request)["body"]);
  } catch {
    // A getter of the app's; the call reads its argument itself.
  }
}
