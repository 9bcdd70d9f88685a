/**
 * The forms in which OpenTelemetry lets a caller give a time, as seconds and nanoseconds.
 */
import type { HrTime } from "@opentelemetry/api";

import { type Clock } from "./clock.js";

const NANOS_PER_SECOND = 1_000_000_000;

/** `undefined` for what is no time: then the caller's mistake must cost it nothing but that. */
export function toHrTime(input: unknown, clock: Clock): HrTime | undefined {
  if (input instanceof Date) return fromMillis(input.getTime());
  // As in OpenTelemetry JS: a number too small for a date is one of `performance.now()`.
  if (typeof input === "number") {
    return input < performance.timeOrigin ? onClock(input, clock) : fromMillis(input);
  }
  if (Array.isArray(input) && input.length === 2) return fromPair(input[0], input[1]);
  return undefined;
}

/** A reading of `performance.now()` as wall-clock time, to the nanosecond as the native half has it. */
export function onClock(at: number, { anchor }: Clock): HrTime {
  const wholeAnchor = Math.trunc(anchor);
  const wholeAt = Math.trunc(at);
  const millis = (wholeAnchor % 1000) + wholeAt;
  const fractions = Math.round((anchor - wholeAnchor) * 1e6) + Math.round((at - wholeAt) * 1e6);
  return normalize(Math.trunc(wholeAnchor / 1000), millis * 1e6 + fractions);
}

function fromMillis(millis: number): HrTime | undefined {
  if (!Number.isFinite(millis) || millis < 0) return undefined;
  const seconds = Math.trunc(millis / 1000);
  return normalize(seconds, Math.round((millis - seconds * 1000) * 1e6));
}

function fromPair(seconds: unknown, nanos: unknown): HrTime | undefined {
  if (typeof seconds !== "number" || typeof nanos !== "number") return undefined;
  if (!Number.isFinite(seconds) || !Number.isFinite(nanos) || seconds < 0) return undefined;
  return normalize(Math.trunc(seconds), Math.max(0, Math.round(nanos)));
}

function normalize(seconds: number, nanos: number): HrTime {
  const carried = Math.floor(nanos / NANOS_PER_SECOND);
  return [seconds + carried, nanos - carried * NANOS_PER_SECOND];
}

export function isBefore(a: HrTime, b: HrTime): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}
