/**
 * What must not leave the process, as one: for all that it sends, and for single destinations, which
 * take what the top level says where they say nothing.
 */
import type { NativePolicy } from "../../index.js";
import { resolveHide } from "./hide.js";
import { readLimits, resolveLimits } from "./limits.js";
import type { Lookup } from "./lookup.js";
import { nativeRedaction, resolveOwnRedaction, resolveRedaction } from "./redact.js";
import type { ResolvedPolicy } from "./destination-types.js";

/** Options that a destination can have, too. */
export const POLICY_NAMES = ["hide", "redact", "limits"];

export function resolvePolicy(lookup: Lookup): ResolvedPolicy {
  return {
    hide: resolveHide(lookup),
    redact: resolveRedaction(lookup),
    limits: resolveLimits(lookup),
  };
}

/**
 * @param path - of the destination, in messages
 * @param above - the top level's
 * @param top - the top level itself
 */
export function resolveOwnPolicy(
  lookup: Lookup,
  path: string,
  above: ResolvedPolicy,
  top: Lookup,
): ResolvedPolicy {
  return {
    hide: resolveHide(lookup, lookup.option("hide"), `${path}.hide`, above.hide),
    limits: readLimits(`${path}.limits`, lookup.option("limits"), above.limits),
    redact: resolveOwnRedaction(lookup.option("redact"), `${path}.redact`, above.redact, top),
  };
}

export function nativePolicy({ hide, redact, limits }: ResolvedPolicy): NativePolicy {
  return { hide, redact: redact && nativeRedaction(redact), limits };
}
