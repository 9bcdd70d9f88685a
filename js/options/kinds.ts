/**
 * The kinds of values that options and variables can have: how each is read from code and from
 * text, and how an error describes it.
 *
 * A reader answers `undefined` for what it refuses; it never throws and has no side effects.
 */

export interface Kind<T> {
  /** The end of the sentence "it takes …". */
  readonly wants: string;
  /** Reads a value from code. */
  fromValue(value: unknown): T | undefined;
  /** Reads a variable, which is trimmed and not empty. */
  fromText(text: string): T | undefined;
}

const TRUE_WORDS = new Set(["true", "1", "yes", "on"]);
const FALSE_WORDS = new Set(["false", "0", "no", "off"]);

export const flag: Kind<boolean> = {
  wants: "true or false",
  fromValue: (value) => (typeof value === "boolean" ? value : undefined),
  fromText(text) {
    const word = text.toLowerCase();
    return TRUE_WORDS.has(word) ? true : FALSE_WORDS.has(word) ? false : undefined;
  },
};

/** `true` and `false` and no other words. */
export function readTrueOrFalse(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return word === "true" ? true : word === "false" ? false : undefined;
}

export const requiredText: Kind<string> = {
  wants: "a string that is not empty",
  fromValue: (value) => (typeof value === "string" ? value.trim() || undefined : undefined),
  fromText: (text) => text,
};

/** Text that can be absent: an empty string in code means "none, whatever the environment says". */
export const optionalText: Kind<string | null> = {
  wants: "a string",
  fromValue: (value) => (typeof value === "string" ? value.trim() || null : undefined),
  fromText: (text) => text,
};

/** One of a few words, in any case when they come from a variable. */
export function choice<const T extends string | boolean>(...words: readonly T[]): Kind<T> {
  const shown = words.map((word) => JSON.stringify(word));
  return {
    wants: `${shown.slice(0, -1).join(", ")} or ${shown.at(-1)}`,
    fromValue: (value) => words.find((word) => word === value),
    fromText: (text) => words.find((word) => String(word) === text.toLowerCase()),
  };
}

/** A whole number within bounds; `what` names its unit, `example` a sensible one. */
export function wholeNumber(
  what: string,
  range: { min: number; max: number; example: number },
): Kind<number> {
  const accept = (value: number) =>
    Number.isInteger(value) && value >= range.min && value <= range.max ? value : undefined;
  return {
    wants: `a whole number of ${what} from ${range.min} to ${range.max}, such as ${range.example}`,
    fromValue: (value) => (typeof value === "number" ? accept(value) : undefined),
    fromText: (text) => (/^\d+$/.test(text) ? accept(Number(text)) : undefined),
  };
}

/** Anything else could break out of its header. */
const VISIBLE_ASCII = /^[!-~]+$/;

/** A bearer token; spaces and line ends around it come from files and are dropped. */
export const bearerToken: Kind<string | null> = {
  wants: "a token of visible ASCII characters without spaces",
  fromValue: (value) => (typeof value === "string" ? readToken(value) : undefined),
  fromText: readToken,
};

function readToken(text: string): string | null | undefined {
  // People copy the whole header's value; the scheme is added when it is sent.
  const token = text.trim().replace(/^bearer\s+/i, "");
  if (token === "") return null;
  return VISIBLE_ASCII.test(token) ? token : undefined;
}
