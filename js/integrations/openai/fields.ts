/**
 * Looking at values of which nothing is known: what a user passed, or what an API answered.
 */
export type Fields = Readonly<Record<string, unknown>>;

/** The value, when it can have properties; otherwise an object that has none. */
export function fieldsOf(value: unknown): Fields {
  return (typeof value === "object" && value !== null) || typeof value === "function"
    ? (value as Fields)
    : {};
}

export function textIn(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" ? value : undefined;
}

export function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === "function";
}
