/**
 * One setting's way from code, environment or default to a value, with its source noted.
 *
 * What code says must be right, or `setup()` throws; an environment must not take an app down, so
 * a malformed variable becomes a warning and the next source is asked.
 */
import {
  CatalystTracingError,
  CatalystTracingErrorCodes,
  describeType,
  describeValue,
} from "../errors.js";
import { quoteUrl } from "./endpoint.js";
import type { Kind } from "./kinds.js";

/** A variable that is read in another way than the option it stands for. */
interface OddVariable<T> {
  readonly name: string;
  fromText(text: string): T | undefined;
}

/** Environment variables, such as `process.env`. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** One row of the table of settings. */
export interface Setting<T> {
  /** The option's name. */
  readonly name: string;
  readonly kind: Kind<T>;
  /** Variables in order of precedence. */
  readonly env: readonly (string | OddVariable<T>)[];
  readonly fallback: T;
  /** `secret`: never in a message; `url`: without userinfo and query. */
  readonly show?: "secret" | "url";
}

/** A value from a place that is neither the option nor one of its variables. */
export interface Candidate<T> {
  readonly value: T;
  readonly source: string;
}

export class Lookup {
  /** One sentence for each variable that was not understood. */
  readonly warnings: string[];
  /** Where each setting's value came from: `option`, a variable's name, `default`. */
  readonly sources: Record<string, string> = {};

  readonly #options: Readonly<Record<string, unknown>>;
  readonly #env: Variables;

  /** @param path - what stands before an option's name in errors, such as `destinations[0].` */
  constructor(
    options: Readonly<Record<string, unknown>>,
    env: Variables,
    readonly path = "",
    warnings: string[] = [],
  ) {
    this.#options = options;
    this.#env = env;
    this.warnings = warnings;
  }

  /** For options inside of one: variables have no say there. */
  within(path: string, options: Readonly<Record<string, unknown>>): Lookup {
    return new Lookup(options, {}, this.path + path, this.warnings);
  }

  /** The option as it was passed. */
  option(name: string): unknown {
    return this.#options[name];
  }

  /** A variable, trimmed; `undefined` when it is unset, empty, or may not be read. */
  variable(name: string): string | undefined {
    try {
      return this.#env[name]?.trim() || undefined;
    } catch {
      return undefined; // Deno without the permission
    }
  }

  /** The names of all variables that begin with `prefix`. */
  variablesWith(prefix: string): string[] {
    try {
      return Object.keys(this.#env).filter((name) => name.startsWith(prefix));
    } catch {
      return [];
    }
  }

  warn(sentence: string): void {
    this.warnings.push(sentence);
  }

  /**
   * @param others - what comes right after the option, and what comes before the default
   */
  pick<T>(
    setting: Setting<T>,
    others: {
      afterOption?: Candidate<T> | undefined;
      beforeDefault?: Candidate<T> | undefined;
    } = {},
  ): T {
    const found = this.#fromOption(setting) ??
      others.afterOption ??
      this.#fromEnvironment(setting) ??
      others.beforeDefault ?? { value: setting.fallback, source: "default" };
    this.sources[setting.name] = found.source;
    return found.value;
  }

  #fromOption<T>({ name, kind, show }: Setting<T>): Candidate<T> | undefined {
    const given = this.#options[name];
    if (given === undefined) return undefined;
    const value = kind.fromValue(given);
    if (value === undefined) throw invalidOption(this.path + name, given, kind.wants, show);
    return { value, source: "option" };
  }

  #fromEnvironment<T>({ kind, env, show }: Setting<T>): Candidate<T> | undefined {
    for (const entry of env) {
      const variable =
        typeof entry === "string"
          ? { name: entry, fromText: (text: string) => kind.fromText(text) }
          : entry;
      const text = this.variable(variable.name);
      if (text === undefined) continue;
      const value = variable.fromText(text);
      if (value !== undefined) return { value, source: variable.name };
      this.warn(ignoredVariable(variable.name, text, kind.wants, show));
    }
    return undefined;
  }
}

/** The error for an option that is not what it should be. */
export function invalidOption(
  name: string,
  given: unknown,
  wants: string,
  show?: "secret" | "url",
): CatalystTracingError {
  return new CatalystTracingError(
    CatalystTracingErrorCodes.INVALID_OPTION,
    `setup(): option "${name}" ${whatItIs(given, show)}; it takes ${wants}.`,
  );
}

/** The warning for a variable that is not what it should be. */
export function ignoredVariable(
  name: string,
  text: string,
  wants: string,
  show?: "secret" | "url",
): string {
  return `${name} ${whatItIs(text, show)}; it takes ${wants}. It is ignored.`;
}

function whatItIs(value: unknown, show: "secret" | "url" | undefined): string {
  const isText = typeof value === "string";
  if (show === "url" && isText) return `is ${quoteUrl(value)} (string)`;
  if (show === "secret") {
    return isText ? "is malformed (its value is not shown)" : `is ${describeType(value)}`;
  }
  return `is ${describeValue(value)}`;
}
