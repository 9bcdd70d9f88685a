/**
 * `observe`: a function whose every call is a span.
 *
 * The wrapped function is the function itself seen through a proxy: its name, arity, properties,
 * `this`, and what `new` makes of it are its own. The span lasts as long as the work does:
 *
 * - of a sync function until it returns, of an async one until its promise settles;
 * - of a generator, an async iterable or a stream, returned or promised, until it is at its end,
 *   fails, its consumer breaks off, or goes away and it is garbage-collected (which is also when
 *   the span ends of a web stream that a runtime reads by itself). It begins with the call, also
 *   where a generator's body is not entered before the first `next()`, or never;
 * - of a promise that starts its work in `then` until its consumer has got the value.
 *
 * Where nothing is traced the function is called, and that is all.
 */
import { CatalystTracingError, CatalystTracingErrorCodes, describeValue } from "../errors.js";
import { nameText } from "../handoff/stand-ins.js";
import { activeTracing, runIn } from "../runtime.js";
import { guarded } from "./guard.js";
import { startManualSpan } from "./manual-span.js";
import { ObservedCall } from "./observed/call.js";
import { handOn } from "./observed/outcome.js";
import { type ManualSpanOptions, OptionReader } from "./options.js";

export interface ObserveOptions extends ManualSpanOptions {
  /** Whether the arguments become the span's input, unless `input` is given; true. */
  captureInput?: boolean | undefined;
  /** Whether the result becomes the span's output, unless `output` is given; true. */
  captureOutput?: boolean | undefined;
}

type AnyFunction = (...args: never[]) => unknown;

/** The functions behind what this made. */
const originals = new WeakMap<object, AnyFunction>();

/**
 * `fn`, wrapped in a span that has its name: CHAIN when not said. What the function returns and
 * throws passes unchanged. Wrapping what is wrapped does not make two spans: the options that were
 * given last count. `new` is not traced.
 */
export function observe<F extends AnyFunction>(fn: F): F;
export function observe<F extends AnyFunction>(options: ObserveOptions | undefined, fn: F): F;
export function observe(...args: readonly unknown[]): unknown {
  const hasOptions = typeof args[0] !== "function";
  const options = hasOptions ? args[0] : undefined;
  const given = hasOptions ? args[1] : args[0];
  if (typeof given !== "function") {
    throw new CatalystTracingError(
      CatalystTracingErrorCodes.INVALID_ARGUMENT,
      `observe(): got ${describeValue(given)} as the function to observe. ` +
        "Call it as observe(fn) or observe(options, fn).",
    );
  }
  const original = originals.get(given);
  if (original !== undefined && !hasOptions) return given;
  return wrap(original ?? (given as AnyFunction), options);
}

function wrap(fn: AnyFunction, options: unknown): AnyFunction {
  const name = nameOf(fn);
  const wrapped: AnyFunction = new Proxy(fn, {
    apply: (target, self: unknown, args: unknown[]): unknown => {
      const call = begin(options, name, args);
      if (call === undefined) return Reflect.apply(target, self, args as never[]);
      let result: unknown;
      try {
        result = runIn(call.context, Reflect.apply, target, self, args);
      } catch (error) {
        call.failed(error);
        throw error;
      }
      return handOn(call, wrapped, result);
    },
    construct: (target, args: unknown[], made): object =>
      Reflect.construct(target, args, made === wrapped ? target : made) as object,
  });
  originals.set(wrapped, fn);
  return wrapped;
}

function begin(
  given: unknown,
  name: string | undefined,
  args: readonly unknown[],
): ObservedCall | undefined {
  if (activeTracing() === undefined) return undefined;
  return guarded(() => {
    const options = new OptionReader(given);
    const started = startManualSpan(undefined, given, name);
    const keeps = (capture: string, explicit: string): boolean =>
      options.value(capture) !== false &&
      options.value(explicit) === undefined &&
      started.handle.raw.isRecording();
    if (args.length > 0 && keeps("captureInput", "input")) {
      started.handle.setInput(args.length === 1 ? args[0] : args);
    }
    return new ObservedCall(started, keeps("captureOutput", "output"));
  });
}

function nameOf(fn: AnyFunction): string | undefined {
  const name = guarded(() => nameText(fn.name));
  return name === "" ? undefined : name;
}
