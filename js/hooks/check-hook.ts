/**
 * What `onTrace()` accepts, the same whether or not anything is traced.
 */
import { CatalystTracingError, CatalystTracingErrorCodes, describeValue } from "../errors.js";

export function checkHook(given: unknown): void {
  if (typeof given === "function") return;
  throw new CatalystTracingError(
    CatalystTracingErrorCodes.INVALID_ARGUMENT,
    `onTrace(): got ${describeValue(given)} as the function to call with each finished trace. ` +
      "Call it as onTrace((trace) => { … }).",
  );
}
