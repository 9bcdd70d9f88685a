/**
 * Between our faults and the app: what goes wrong in here is said once, and the app goes on.
 */
import { warnOnce } from "../log.js";

/** What `act` gives, or `undefined` when it threw. */
export function guarded<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (fault) {
    warnOnce(`a fault inside tracing was kept from the app: ${shown(fault)}`, "fault");
    return undefined;
  }
}

function shown(fault: unknown): string {
  try {
    return String(fault);
  } catch {
    return "(which cannot be shown)";
  }
}
