/**
 * `catalyst-tracing spool status`: what is there, whose it is, and since when.
 */
import type { NativeSpoolSurvey } from "../../../index.js";
import type { Said, SpoolCall } from "../spool.js";
import { contentsOf, count, size, sum } from "./contents.js";

export function spoolStatus({ dir, native, json }: SpoolCall): Said {
  const found = contentsOf(native, dir);
  return { text: json === true ? asJson(dir, found) : asText(dir, found), code: 0 };
}

function asJson(dir: string, found: readonly NativeSpoolSurvey[]): string {
  const processes = found.map(({ oldestMs, ...survey }) => ({ ...survey, oldest: iso(oldestMs) }));
  const report = {
    dir,
    segments: sum(found, "segments"),
    bytes: sum(found, "bytes"),
    waitingSpans: sum(found, "waitingSpans"),
    oldest: iso(oldestOf(found)),
    processes,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function asText(dir: string, found: readonly NativeSpoolSurvey[]): string {
  if (found.length === 0) return `${dir}: nothing waits there.\n`;
  const oldest = iso(oldestOf(found));
  const whole = [
    count(sum(found, "waitingSpans"), "span"),
    count(sum(found, "segments"), "file"),
    size(sum(found, "bytes")),
    ...(oldest === null ? [] : [`the oldest since ${oldest}`]),
  ];
  return [`${dir}: ${whole.join(", ")}`, ...found.map(lineOf), ""].join("\n");
}

function lineOf(survey: NativeSpoolSurvey): string {
  const { pid, isHeld, waitingSpans, segments, bytes, destination, damaged, newer } = survey;
  const facts = [
    count(waitingSpans, "span"),
    count(segments, "file"),
    size(bytes),
    ...(destination === "" ? [] : [`for ${destination}`]),
    ...(damaged === 0 ? [] : [`${count(damaged, "record")} damaged`]),
    ...(newer === 0 ? [] : [`${count(newer, "file")} of a newer version`]),
  ];
  return `  process ${pid}, ${isHeld ? "in hand" : "left behind"}: ${facts.join(", ")}`;
}

function oldestOf(found: readonly NativeSpoolSurvey[]): number | null {
  const times = found.flatMap(({ oldestMs }) => (oldestMs === null ? [] : [oldestMs]));
  return times.length === 0 ? null : Math.min(...times);
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
