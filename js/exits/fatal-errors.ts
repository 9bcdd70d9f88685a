/**
 * Errors that nobody catches, before they end the process: the span in which one was thrown gets to
 * know of it. Nothing here has a say in whether the process ends.
 */
import { endsBy } from "./endings.js";

// Taken at load: fake timers of a test framework must not change the reason of an end.
const { setImmediate } = globalThis;

export class FatalErrors {
  /** @param onFatal - told an error that ends the process; must not throw */
  constructor(private readonly onFatal: (error: unknown) => void) {}

  start(): void {
    process.on("uncaughtExceptionMonitor", this.onError);
  }

  stop(): void {
    process.off("uncaughtExceptionMonitor", this.onError);
  }

  private readonly onError = (error: unknown, origin: NodeJS.UncaughtExceptionOrigin): void => {
    endsBy(origin === "unhandledRejection" ? "unhandled_rejection" : "uncaught_exception");
    if (isFatal()) this.onFatal(error);
    // A handler of the app may end the process at once; what ends it later is something else.
    else setImmediate(endsBy, "process_exit").unref();
  };
}

function isFatal(): boolean {
  return (
    process.listenerCount("uncaughtException") === 0 &&
    !process.hasUncaughtExceptionCaptureCallback()
  );
}
