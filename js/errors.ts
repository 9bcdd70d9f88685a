/**
 * Every error that this package throws on purpose.
 *
 * All of them extend `CatalystTracingError` and carry a `code` that stays the same over releases;
 * the message is for people and says what was wrong and how to mend it. Errors of user code are
 * never wrapped in one of these: they pass through as the same object.
 */

/** Stable, machine-readable codes: compare `error.code` with these, never `error.message`. */
export const CatalystTracingErrorCodes = Object.freeze({
  /** An option of `setup()` has the wrong type, or a value out of its range. */
  INVALID_OPTION: "ERR_INVALID_OPTION",
  /** `setup()` got an option that does not exist. */
  UNKNOWN_OPTION: "ERR_UNKNOWN_OPTION",
  /** `setup()` got an option that exists in the contract, but not in the installed version. */
  /** There is no native module for this platform, and nothing would be recorded without it. */
  NO_NATIVE_MODULE: "ERR_NO_NATIVE_MODULE",
  /** A function of this package was called with arguments that it cannot work with. */
  INVALID_ARGUMENT: "ERR_INVALID_ARGUMENT",
  /** An SDK was recognised but could not be instrumented. */
  INSTRUMENTATION_FAILED: "ERR_INSTRUMENTATION_FAILED",
  /** An `instrument…` function got something that is not the SDK it instruments. */
  INVALID_SDK_INPUT: "ERR_INVALID_SDK_INPUT",
  /** An `instrument…` function got something that is neither a tracer nor carries one. */
  INVALID_TRACER_INPUT: "ERR_INVALID_TRACER_INPUT",
} as const);

/** One of the values of {@link CatalystTracingErrorCodes}. */
export type CatalystTracingErrorCode =
  (typeof CatalystTracingErrorCodes)[keyof typeof CatalystTracingErrorCodes];

/** The base of all errors of this package. */
export class CatalystTracingError extends Error {
  static {
    nameErrors(this, "CatalystTracingError");
  }

  /** What went wrong, as one of {@link CatalystTracingErrorCodes}. */
  readonly code: CatalystTracingErrorCode;

  constructor(code: CatalystTracingErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** An SDK could not be instrumented. The base of the two errors below. */
export class CatalystInstrumentationError extends CatalystTracingError {
  static {
    nameErrors(this, "CatalystInstrumentationError");
  }

  constructor(
    message: string,
    options?: { cause?: unknown },
    code: CatalystTracingErrorCode = CatalystTracingErrorCodes.INSTRUMENTATION_FAILED,
  ) {
    super(code, message, options);
  }
}

/** An `instrument…` function got something that is not the SDK it instruments. */
export class InvalidSdkInputError extends CatalystInstrumentationError {
  static {
    nameErrors(this, "InvalidSdkInputError");
  }

  /** The integration that refused, such as `openai`. */
  readonly integration: string;
  /** `typeof` what it got. */
  readonly receivedTypeOf: string;

  constructor(input: {
    /** The integration that refuses, such as `openai`. */
    integration: string;
    /** What it takes, as the end of "it takes …". */
    expectation: string;
    /** What it got. */
    received: unknown;
    /** A sentence that says how to mend the call. */
    fixHint: string;
  }) {
    const { integration, expectation, received, fixHint } = input;
    super(
      `${integration}: got ${describeValue(received)}; it takes ${expectation}. ${fixHint}`,
      undefined,
      CatalystTracingErrorCodes.INVALID_SDK_INPUT,
    );
    this.integration = integration;
    this.receivedTypeOf = typeof received;
  }
}

/** An `instrument…` function got something that is neither a tracer nor carries one. */
export class InvalidTracerInputError extends CatalystInstrumentationError {
  static {
    nameErrors(this, "InvalidTracerInputError");
  }

  constructor(received: unknown) {
    super(
      `No tracer in ${describeValue(received)}. Pass the handle that setup() resolves to, ` +
        "its tracer, or any OpenTelemetry Tracer.",
      undefined,
      CatalystTracingErrorCodes.INVALID_TRACER_INPUT,
    );
  }
}

/** {@link CatalystTracingError} under its other name: the same class. */
export const InferenceTracingError = CatalystTracingError;
/** {@link CatalystTracingError} under its other name. */
export type InferenceTracingError = CatalystTracingError;
/** {@link CatalystTracingErrorCodes} under its other name: the same object. */
export const InferenceTracingErrorCodes = CatalystTracingErrorCodes;
/** {@link CatalystTracingErrorCode} under its other name. */
export type InferenceTracingErrorCode = CatalystTracingErrorCode;

/** A message must stay readable when somebody passes a whole document as an option. */
const MAX_SHOWN_CHARS = 80;

/** The value and its type in words for a message, at most some 80 characters; never throws. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `${quote(value)} (string)`;
    case "number":
    case "boolean":
      return `${String(value)} (${typeof value})`;
    case "bigint":
      return `${shorten(`${String(value)}n`)} (bigint)`;
    default:
      return describeType(value);
  }
}

/** The type of a value in words, for values that must not be shown. */
export function describeType(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  return isArray(value) ? "an array" : "an object";
}

/** A string in quotes, shortened. */
export function quote(text: string): string {
  return shorten(JSON.stringify(text.slice(0, MAX_SHOWN_CHARS)), text.length > MAX_SHOWN_CHARS);
}

function shorten(text: string, isCut = false): string {
  if (!isCut && text.length <= MAX_SHOWN_CHARS) return text;
  // A cut through a surrogate pair would leave half a character.
  return `${text.slice(0, MAX_SHOWN_CHARS - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

function isArray(value: object): boolean {
  try {
    return Array.isArray(value);
  } catch {
    return false; // a revoked proxy
  }
}

// On the prototype and not enumerable, as with the language's own errors, so that a logged error
// does not list its name among its fields.
function nameErrors(of: { readonly prototype: Error }, name: string): void {
  Object.defineProperty(of.prototype, "name", { value: name, writable: true, configurable: true });
}
