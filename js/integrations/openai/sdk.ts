/**
 * The client's classes in what a user passes as the SDK: a class, the namespace of an import, what
 * `require()` returns, or a client.
 */
import { InvalidSdkInputError } from "../../errors.js";
import { fieldsOf, isFunction } from "./fields.js";
import { prototypeAt } from "./replace-method.js";

/** Throws an `InvalidSdkInputError` when there is none. */
export function clientClasses(module: unknown): readonly unknown[] {
  const fallback = member(module, "default");
  const candidates = [
    module,
    member(module, "OpenAI"),
    member(module, "AzureOpenAI"),
    fallback,
    member(fallback, "OpenAI"),
    member(module, "constructor"),
  ];
  const classes = [...new Set(candidates.filter(isClientClass))];
  if (classes.length > 0) return classes;
  throw new InvalidSdkInputError({
    integration: "openai",
    expectation: "the OpenAI class, or the module of the openai package",
    received: module,
    fixHint: 'Pass what `import OpenAI from "openai"` or `require("openai")` gives.',
  });
}

/** The version as clients tell it to the API, which no export of the package says. */
export function versionOf(client: unknown): string | undefined {
  try {
    const { getUserAgent } = fieldsOf(fieldsOf(client)["prototype"]);
    if (!isFunction(getUserAgent)) return undefined;
    const userAgent = getUserAgent.call({ constructor: { name: "" } });
    return /\/JS (\d\S*)/.exec(String(userAgent))?.[1];
  } catch {
    return undefined;
  }
}

function isClientClass(value: unknown): boolean {
  if (!isFunction(value)) return false;
  const prototype = prototypeAt(value, ["Chat", "Completions"]);
  return prototype !== undefined && isFunction(member(prototype, "create"));
}

function member(value: unknown, name: string): unknown {
  try {
    return fieldsOf(value)[name];
  } catch {
    return undefined; // A getter of somebody's mock.
  }
}
