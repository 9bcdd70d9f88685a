/**
 * Copies of objects that users pass in, made before anything looks at them.
 *
 * Getters and proxies run user code and may throw; after the copy nothing does, and a later change
 * of the object changes nothing here.
 */
import { CatalystTracingError, CatalystTracingErrorCodes, describeValue } from "../errors.js";
import { invalidOption } from "./lookup.js";

type Copy = Readonly<Record<string, unknown>>;

/** The options themselves: their own properties, and those of `names` that they inherit. */
export function copyOptions(options: unknown, names: readonly string[]): Copy {
  if (options === undefined) return {};
  const copy = readProperties(options, (name) => `option "${name}"`, names);
  if (copy !== undefined) return copy;
  throw new CatalystTracingError(
    CatalystTracingErrorCodes.INVALID_OPTION,
    `setup(): got ${describeValue(options)}; it takes an object of options, such as ` +
      '{ serviceName: "my-app" }, or nothing.',
  );
}

/** The object that is one option's value. */
export function copyOptionObject(option: string, value: unknown, wants: string): Copy {
  const copy = readProperties(value, (name) => `option "${option}.${name}"`);
  if (copy === undefined) throw invalidOption(option, value, wants);
  return copy;
}

function readProperties(
  value: unknown,
  describe: (name: string) => string,
  inheritedNames: readonly string[] = [],
): Copy | undefined {
  // Without a prototype, because a property may be called `__proto__`.
  const copy = Object.create(null) as Record<string, unknown>;
  let reading = "the object of options";
  try {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    const source = value as Record<string, unknown>;
    for (const name of new Set([...Object.keys(source), ...inheritedNames])) {
      reading = describe(name);
      const property = source[name];
      if (property !== undefined || Object.hasOwn(source, name)) copy[name] = property;
    }
    return copy;
  } catch (error) {
    throw new CatalystTracingError(
      CatalystTracingErrorCodes.INVALID_OPTION,
      `setup(): ${reading} cannot be read, because a getter or a proxy threw. ` +
        "Pass a plain object; what was thrown is this error's cause.",
      { cause: error },
    );
  }
}
