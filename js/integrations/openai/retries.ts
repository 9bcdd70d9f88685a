/**
 * Counts how often the SDK sends a call's request again. It does so by a method of the client's, which
 * gets the request's options: one object for all attempts, that comes with the answer too. Of a call
 * that failed nothing comes; then it is one of those whose request looked the same.
 */
import { type Fields, fieldsOf } from "./fields.js";
import { ownerOf, replaceMethod } from "./replace-method.js";
import { callsUnderWay } from "./waiting.js";

/** One request's. */
export interface Retries {
  count: number;
  /** A call has them. */
  isTaken: boolean;
}

const known = new WeakMap<object, Retries>();

export function patchRetries(client: unknown): void {
  const prototype = ownerOf(fieldsOf(fieldsOf(client)["prototype"]), "retryRequest");
  if (prototype === undefined) return;
  replaceMethod(
    prototype,
    "retryRequest",
    (original) =>
      function (this: unknown, ...args: unknown[]) {
        countRetry(this, args[0]);
        return original.apply(this, args);
      },
  );
}

function countRetry(client: unknown, options: unknown): void {
  try {
    const request = fieldsOf(options);
    let retries = known.get(request);
    if (retries === undefined) {
      retries = { count: 0, isTaken: false };
      known.set(request, retries);
      for (const call of callsUnderWay()) call.mayRetry(retries, client, request);
    }
    retries.count += 1;
  } catch {
    // A getter of the app's; the number is not worth a fault.
  }
}

/** @param options - those of a request that was answered */
export function retriesOf(options: unknown): Retries | undefined {
  return known.get(fieldsOf(options));
}

/** Whether these options can be those of a request that was made with this argument. */
export function isRequestOf(argument: unknown, { body, path }: Fields): boolean {
  if (typeof argument === "string") return String(path).includes(encodeURIComponent(argument));
  if (body === argument) return true;
  const sent = fieldsOf(body);
  const given = Object.entries(fieldsOf(argument));
  return given.every(([key, value]) => sent[key] === value) || !isPlain(body);
}

/** Files are sent in a form that has little in common with the argument. */
function isPlain(body: unknown): boolean {
  return Object.getPrototypeOf(fieldsOf(body)) === Object.prototype;
}
