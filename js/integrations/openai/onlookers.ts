/**
 * Whether anybody could ask what is active while the SDK makes a request: another instrumentation, or
 * code of the app's that the client calls. Only then is the call's context entered. Where it is the
 * first context of a process to be entered, every `await` of that process becomes dearer, on Node
 * before version 24 by more than all else that tracing a call costs.
 */
import { channel } from "node:diagnostics_channel";

import { whatRuns } from "../../runtime.js";
import { fieldsOf, isFunction } from "./fields.js";
import type { Operation } from "./operations.js";

/** Where Node's `fetch` tells instrumentations of its requests. */
const FETCH_CHANNEL = channel("undici:request:create");

/** In doubt there are some. */
export function hasOnlookers(resource: unknown, operation: Operation): boolean {
  try {
    if (whatRuns()?.isUnwatched?.() !== true || FETCH_CHANNEL.hasSubscribers) return true;
    return operation.sendsFiles === true || !isPlain(fieldsOf(resource)["_client"]);
  } catch {
    return true;
  }
}

/** No code of the app's runs inside a call of this client. */
function isPlain(client: unknown): boolean {
  const { fetch, apiKey, apiVersion, constructor, _options: options } = fieldsOf(client);
  if (apiVersion !== undefined || typeof apiKey !== "string") return false;
  if (isFunction(fieldsOf(options)["apiKey"])) return false;
  // A subclass has its statics from the class that was patched.
  return Object.hasOwn(fieldsOf(constructor), "Chat") && isOfNode(fetch);
}

let known: unknown;

function isOfNode(fetch: unknown): boolean {
  if (fetch === known) return true;
  if (!isFunction(fetch)) return false;
  const source = Function.prototype.toString.call(fetch);
  if (!source.includes("[native code]") && !source.includes("internal/deps/undici")) return false;
  known = fetch;
  return true;
}
