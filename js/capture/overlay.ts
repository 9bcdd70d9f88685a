/**
 * Another library's idea of what is active, beside OpenTelemetry's context: the OpenAI Agents SDK
 * keeps its current span in a storage of its own. The deeper of the two is what a new span belongs
 * under.
 *
 * A context that is entered is stamped with the place where the other library is at that moment. As
 * long as it is still there, the context is the deeper one; once it has moved on, its place is.
 */
import { type Context, createContextKey } from "@opentelemetry/api";

import type { ContextAccess } from "./context-manager.js";

export interface Overlay {
  /** Where the library is: any value that differs from place to place; `undefined` for nowhere. */
  place(): unknown;
  /** The context that belongs to that place. */
  context(): Context | undefined;
}

const PLACE = createContextKey("catalyst-tracing.place");

let overlay: Overlay | undefined;
let isAsking = false;

export function setOverlay(other: Overlay): void {
  overlay = other;
}

/** For a context that is about to be entered. */
export function stamped(context: Context): Context {
  if (overlay === undefined) return context;
  const place = overlay.place();
  return placeOf(context) === place ? context : context.setValue(PLACE, place);
}

/** The deeper of `context`, which is OpenTelemetry's active one, and the other library's place. */
export function deeper(context: Context): Context {
  if (overlay === undefined || isAsking) return context;
  const place = overlay.place();
  if (place === undefined || place === placeOf(context)) return context;
  isAsking = true;
  try {
    return overlay.context() ?? context;
  } finally {
    isAsking = false;
  }
}

/** Where the other library was when `context` was entered. */
export function placeOf(context: Context): unknown {
  return context.getValue(PLACE);
}

/** OpenTelemetry's own idea, for the other library's side of the decision. */
export function underneath<T>(read: () => T): T {
  const before = isAsking;
  isAsking = true;
  try {
    return read();
  } finally {
    isAsking = before;
  }
}

/** A context manager that is not ours, with the overlay for those who ask through us. */
export function overlaid(manager: ContextAccess): ContextAccess {
  return {
    active: () => deeper(manager.active()),
    with: (context, fn, thisArg, ...args) => manager.with(stamped(context), fn, thisArg, ...args),
  };
}
