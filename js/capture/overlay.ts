/**
 * Another library's idea of what is active, beside OpenTelemetry's context: the OpenAI Agents SDK
 * keeps its current span in a storage of its own. The deeper of the two is what a new span belongs
 * under.
 *
 * A context that is entered is stamped with the place where the other library is at that moment. As
 * long as it is still there, the context is the deeper one; once it has moved on, its place is.
 */
import { type Context, createContextKey } from "@opentelemetry/api";

import { linked } from "./linked-context.js";
import type { ContextAccess } from "./context-manager.js";

export interface Overlay {
  /** Where the library is: any value that differs from place to place; `undefined` for nowhere. */
  place(): unknown;
  /** The context that belongs to that place; `undefined` when nothing is known of it. */
  context(): Context | undefined;
}

interface Laid {
  readonly overlay: Overlay;
  /** Under which contexts are stamped with its place. */
  readonly key: symbol;
}

/** On the global object, because an app can have this package twice. */
const OVERLAYS = Symbol.for("catalyst-tracing.overlays");

const overlays: Laid[] = ((globalThis as { [OVERLAYS]?: Laid[] })[OVERLAYS] ??= []);

let isAsking = false;

export function addOverlay(overlay: Overlay): void {
  overlays.push({ overlay, key: createContextKey(`catalyst-tracing.place.${overlays.length}`) });
}

/** For a context that is about to be entered. */
export function stamped(context: Context): Context {
  if (overlays.length === 0) return context;
  let result = context;
  for (const { overlay, key } of overlays) {
    const place = placeIn(overlay);
    if (result.getValue(key) !== place) result = linked(result).setValue(key, place);
  }
  return result;
}

/** The deepest of `context`, which is OpenTelemetry's active one, and the other libraries' places. */
export function deeper(context: Context): Context {
  if (overlays.length === 0 || isAsking) return context;
  for (const { overlay, key } of overlays) {
    const place = placeIn(overlay);
    if (place === undefined || place === context.getValue(key)) continue;
    const found = contextIn(overlay);
    if (found !== undefined) return found;
  }
  return context;
}

/** Where a library was when `context` was entered. */
export function placeOf(context: Context, overlay: Overlay): unknown {
  const laid = overlays.find((one) => one.overlay === overlay);
  return laid && context.getValue(laid.key);
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

/** A context manager that is not ours, with the overlays for those who ask through us. */
export function overlaid(manager: ContextAccess): ContextAccess {
  return {
    active: () => deeper(manager.active()),
    with: (context, fn, thisArg, ...args) => manager.with(stamped(context), fn, thisArg, ...args),
  };
}

/** What a library answers is asked for in the middle of the app's calls. */
function placeIn(overlay: Overlay): unknown {
  try {
    return overlay.place();
  } catch {
    return undefined;
  }
}

function contextIn(overlay: Overlay): Context | undefined {
  try {
    return underneath(() => overlay.context());
  } catch {
    return undefined;
  }
}
