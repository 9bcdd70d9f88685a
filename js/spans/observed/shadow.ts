/**
 * Methods of one object of the app's, put in front of those that it has: the object stays the same
 * one, with its identity, its class and everything else of it.
 */
export type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Whether `object` now has the method that `replace` makes of the one that it had. */
export function shadow(
  object: object,
  key: string | symbol,
  replace: (original: Method) => Method,
): boolean {
  const original: unknown = Reflect.get(object, key);
  if (typeof original !== "function") return false;
  return Reflect.defineProperty(object, key, {
    value: replace(original as Method),
    writable: true,
    configurable: true,
    enumerable: Object.getOwnPropertyDescriptor(object, key)?.enumerable ?? false,
  });
}

/** Whether `object` has methods of all these names. A getter that throws has none. */
export function hasMethods(object: object, ...names: readonly (string | symbol)[]): boolean {
  try {
    return names.every((name) => typeof Reflect.get(object, name) === "function");
  } catch {
    return false;
  }
}
