/**
 * `catalyst-tracing spool clear`: deletes what no process has in hand. The spans are gone then, so
 * a person is asked first.
 */
import { createInterface } from "node:readline/promises";

import type { Said, SpoolCall } from "../spool.js";
import { contentsOf, count, size, sum } from "./contents.js";

const EXIT_REFUSED = 1;

export async function clearSpool({ dir, native, force, json }: SpoolCall): Promise<Said | string> {
  const left = contentsOf(native, dir).filter(({ isHeld }) => !isHeld);
  const what = `${count(sum(left, "waitingSpans"), "span")} (${size(sum(left, "bytes"))})`;
  if (left.length > 0 && force !== true) {
    if (!process.stdin.isTTY) return "clear deletes spans for good: give --force to do so.";
    if (!(await agrees(`Delete ${what} in ${dir} for good? [y/N] `))) {
      return { text: "Nothing was deleted.\n", code: EXIT_REFUSED };
    }
  }
  if (left.length === 0) {
    const text = json === true ? shown(dir, 0, 0) : `${dir}: there is nothing to delete.\n`;
    return { text, code: 0 };
  }
  const { waitingSpans, bytes, newer } = native.spoolClear(dir);
  const stays = newer === 0 ? "" : ` ${count(newer, "file")} of a newer version stays.`;
  const text =
    json === true
      ? shown(dir, waitingSpans, bytes)
      : `${dir}: deleted ${count(waitingSpans, "span")} (${size(bytes)}).${stays}\n`;
  return { text, code: 0 };
}

async function agrees(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(question);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

function shown(dir: string, deletedSpans: number, deletedBytes: number): string {
  return `${JSON.stringify({ dir, deletedSpans, deletedBytes }, null, 2)}\n`;
}
