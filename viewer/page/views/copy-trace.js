/** A trace as JSON, with everything that its spans hold, into the clipboard. */
import { getSpan } from "../data/api.js";
import { plural } from "../data/format.js";
import { copy, notice } from "../ui/copy.js";

/** @import { SpanDetail, TraceDetail } from "../api-types.js" */

const AT_ONCE = 8;
/** What a clipboard still takes; beyond, there is the download. */
const MOST_SPANS = 1000;

/** @param {TraceDetail} detail */
export async function copyTrace({ trace, spans }) {
  if (spans.length > MOST_SPANS) {
    notice(`${plural(spans.length, "span")} are too many for a clipboard: download them as JSONL.`);
    return;
  }
  /** @type {SpanDetail[]} */
  const full = [];
  try {
    for (let at = 0; at < spans.length; at += AT_ONCE) {
      const some = spans
        .slice(at, at + AT_ONCE)
        .map(({ spanId }) => getSpan(trace.traceId, spanId));
      full.push(...(await Promise.all(some)));
    }
  } catch (error) {
    notice(error instanceof Error ? error.message : String(error));
    return;
  }
  await copy(
    JSON.stringify({ trace, spans: full }, null, 2),
    `the trace, ${plural(full.length, "span")}`,
  );
}
