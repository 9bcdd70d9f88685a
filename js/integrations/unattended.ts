/**
 * `setup()` for an app that does not call it: all settings come from the environment, and nothing
 * that is wrong with it, or here, keeps the app from running.
 */
import { warnOnce } from "../log.js";
import { setupUnattended } from "../setup.js";
import { watchFromStart } from "./install.js";

export function setUpUnattended(): void {
  try {
    watchFromStart();
  } catch (error) {
    warn(error);
  }
  setupUnattended().catch(warn);
}

function warn(error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  warnOnce(`catalyst-tracing/register could not set up tracing (${why}); the app runs on.`);
}
