/**
 * The W3C `tracestate` header: what other tracing systems want carried along.
 *
 * It only ever passes through. Members that break the format are dropped, the rest is cut to the
 * standard's limits in the standard's order: members past the 32nd, then those over 128
 * characters, then from the end until the whole fits.
 */
import { createTraceState, type TraceState } from "@opentelemetry/api";

/** Both limits are what the standard asks every participant to carry at least. */
const MAX_MEMBERS = 32;
const MAX_TOTAL_CHARS = 512;
/** Members longer than this are the first to go when the whole is too long. */
const LONG_MEMBER_CHARS = 128;

const SIMPLE_KEY = /^[a-z][a-z0-9_\-*/]{0,255}$/;
const TENANT_KEY = /^[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13}$/;
/** Printable ASCII without comma and equals sign, not ending in a space. */
const VALUE = /^(?:[ -+\--<>-~]{0,255})[!-+\--<>-~]$/;

/** The state in a header's text, or `undefined` when nothing of it is valid. */
export function parseTracestate(header: string): TraceState | undefined {
  const text = normalizeTracestate(header);
  return text === "" ? undefined : createTraceState(text);
}

/** The header's text with only what is valid and within the limits; `''` when nothing is left. */
export function normalizeTracestate(header: string): string {
  const members = new Map<string, string>();
  for (const part of header.split(",")) {
    if (members.size === MAX_MEMBERS) break;
    const member = part.replace(/^[ \t]+|[ \t]+$/g, "");
    const split = member.indexOf("=");
    if (split === -1) continue;
    const key = member.slice(0, split);
    // The leftmost of two members with one key is the newer one.
    if (members.has(key) || !(SIMPLE_KEY.test(key) || TENANT_KEY.test(key))) continue;
    if (VALUE.test(member.slice(split + 1))) members.set(key, member);
  }
  return withinLength([...members.values()]).join(",");
}

function withinLength(members: string[]): string[] {
  if (joinedLength(members) <= MAX_TOTAL_CHARS) return members;
  const kept = members.filter((member) => member.length <= LONG_MEMBER_CHARS);
  while (joinedLength(kept) > MAX_TOTAL_CHARS) kept.pop();
  return kept;
}

function joinedLength(members: readonly string[]): number {
  return members.reduce((sum, member) => sum + member.length + 1, -1);
}
