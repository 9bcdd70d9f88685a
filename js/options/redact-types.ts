/**
 * The option `redact`: what users write, and what the rest of the package gets.
 */

/**
 * A built-in detector: e-mail addresses; telephone numbers; payment cards; IBANs; IP addresses; JSON
 * web tokens; private keys; keys of model providers, clouds and developer services.
 */
export type RedactDetector =
  "email" | "phone" | "card" | "iban" | "ip" | "jwt" | "privateKey" | "apiKey";

/** What rules of all kinds but functions can say. */
interface Replacement {
  /** What stands in place of what was found. Without it a pseudonym does, such as `<email:3f2a91c0>`. */
  replace?: string | undefined;
  /** The label of pseudonyms, the text before the colon. */
  name?: string | undefined;
}

/** Hides every match of a regular expression. */
export interface RedactPatternRule extends Replacement {
  /**
   * A `RegExp`, or its source. It is run by Rust's engine, in time that grows with the text alone, and
   * finds all matches with or without the flag `g`; look-around and backreferences are refused.
   * `replace` may have `$1`, `$<name>`, `$&` and `$$`.
   */
  pattern: RegExp | string;
  /** Flags for a source that is a string, such as `i`. */
  flags?: string | undefined;
}

/** Hides whole values by their name. */
export interface RedactKeyRule extends Replacement {
  /**
   * Names of attributes, and of members of JSON objects at any depth. Upper and lower case are the
   * same; `*` stands for any characters.
   */
  key: string | readonly string[];
}

/** Hides whole values inside JSON. */
export interface RedactPathRule extends Replacement {
  /**
   * JSON paths such as `$.messages[*].content`: names, `['quoted names']`, `[0]`, `[*]`, `.*`, and
   * `..` for any depth. JSON inside a string counts as if it stood there itself.
   */
  path: string | readonly string[];
  /** The attributes to look into, by names as in `key`; all of them without it. */
  attribute?: string | readonly string[] | undefined;
}

/**
 * Returns what is to be sent in place of `value`, which is the whole text of an attribute, an event, a
 * status or a name. The slow way: it runs on the event loop, once for every text of every span. When
 * it throws or returns no string, `__REDACTED__` is sent.
 * @param key - the attribute's name; `name` and `status.message` for what is no attribute
 */
export type RedactFunction = (value: string, key: string) => string;

export type RedactRule = RedactPatternRule | RedactKeyRule | RedactPathRule | RedactFunction;

export interface RedactOptions {
  /**
   * Built-in detectors: all of them, none, or these.
   * @defaultValue `true`
   */
  detect?: boolean | readonly RedactDetector[] | undefined;
  rules?: readonly RedactRule[] | undefined;
  /** What stands in place of what detectors find. Without it a pseudonym does. */
  replace?: string | undefined;
  /**
   * At least 16 characters. With it a value has the same pseudonym in all processes that have it;
   * without it, in this process, worker threads included. Environment: `CATALYST_REDACT_SECRET`.
   */
  secret?: string | undefined;
}

/** What the option `redact` takes; a list has exactly what is wanted. */
export type Redact = boolean | RedactOptions | readonly (RedactDetector | RedactRule)[];

/** One rule for the native half, as `src/redact/rules/spec.rs` reads it. */
export interface NativeRule {
  /** Where it was written, such as `redact.rules[2]`. */
  readonly at: string;
  readonly what:
    | { readonly pattern: { readonly source: string; readonly flags: string } }
    | { readonly key: readonly string[] }
    | {
        readonly path: {
          readonly paths: readonly string[];
          readonly attributes: readonly string[];
        };
      };
  readonly replace: string | null;
  readonly name: string | null;
}

export interface ResolvedRedaction {
  readonly detect: readonly RedactDetector[];
  readonly replace: string | null;
  readonly rules: readonly NativeRule[];
  /** Those rules that are functions, in their order. */
  readonly functions: readonly RedactFunction[];
  /** Never shown. */
  readonly secret: string | null;
}
