/**
 * What lies in a spool's directory, and how it is written for people.
 */
import { existsSync } from "node:fs";

import type { NativeSpoolSurvey } from "../../../index.js";
import type { Native } from "../../native.js";

/** By the process that left it there, the oldest first. A directory that is not there is empty. */
export function contentsOf(native: Native, dir: string): NativeSpoolSurvey[] {
  return existsSync(dir) ? native.spoolSurvey(dir) : [];
}

export function sum(
  surveys: readonly NativeSpoolSurvey[],
  key: "segments" | "bytes" | "waitingSpans" | "damaged" | "newer",
): number {
  return surveys.reduce((total, survey) => total + survey[key], 0);
}

/** `1 span`, `2 spans`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];

export function size(bytes: number): string {
  let [value, unit] = [bytes, 0];
  for (; value >= 1024 && unit < UNITS.length - 1; unit += 1) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
