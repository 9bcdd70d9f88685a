/**
 * Compares what the contenders put on the wire for the same payloads: every attribute's name and
 * value, JSON texts by what they say and not by how they are spaced. Times of contenders that do
 * not send the same are no comparison, so this comes before the first of them is taken.
 */
import { isDeepStrictEqual } from "node:util";

import type { Attributes, AttrValue } from "../../__tests__/support/otlp.js";
import { PAYLOAD_COUNT } from "../support/chat-payloads.js";
import type { Collector, ReceivedSpan } from "../support/collector.js";
import { runInFreshProcess } from "./fresh-process.js";
import { TINY_INDEX_ATTRIBUTE } from "./payloads.js";
import type { Size } from "./payloads.js";

const NO_RUN = { hotSpans: 0, pacedTicks: 0, pacedSpansPerTick: 0 };

/** A sender that is wrong once is wrong in every span; its first mistakes tell enough. */
const SHOWN_PROBLEMS = 3;

/** Enough of a value to recognise what differs. */
const SHOWN_CHARACTERS = 100;

type SpansByPayload = ReadonlyMap<string, Attributes>;

function payloadOf(span: ReceivedSpan): string {
  return `${span.name} ${String(span.attributes[TINY_INDEX_ATTRIBUTE] ?? "")}`;
}

function parsed(value: AttrValue | undefined): unknown {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function shown(value: AttrValue | undefined): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** One line for each attribute that is missing, too many, or different, with the first case of it. */
function differences(reference: SpansByPayload, other: SpansByPayload): string[] {
  const lines = new Map<string, string>();
  const note = (what: string, example: string) => {
    if (!lines.has(what)) lines.set(what, example);
  };
  for (const [payload, expected] of reference) {
    const actual = other.get(payload);
    if (actual === undefined) {
      note("lacks spans", payload);
      continue;
    }
    for (const name of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      if (!(name in actual)) note(`lacks ${name}`, shown(expected[name]));
      else if (!(name in expected)) note(`adds ${name}`, shown(actual[name]));
      else if (!isDeepStrictEqual(parsed(expected[name]), parsed(actual[name]))) {
        note(`differs in ${name}`, `${shown(actual[name])}, not ${shown(expected[name])}`);
      }
    }
  }
  return [...lines].map(([what, example]) => `${what} (${example})`);
}

async function spansOf(
  collector: Collector,
  contender: string,
  size: Size,
  problems: string[],
): Promise<SpansByPayload> {
  await collector.take({ keepFromNowOn: true });
  const { endpoint } = collector;
  await runInFreshProcess({ contender, mode: "once", size, run: NO_RUN, endpoint });
  const received = await collector.take({ keepFromNowOn: false });
  const about = (what: string) => `${contender}, ${size}: ${what}`;
  problems.push(...received.problems.slice(0, SHOWN_PROBLEMS).map(about));
  if (received.spanCount !== PAYLOAD_COUNT) {
    problems.push(about(`${received.spanCount} spans arrived, not ${PAYLOAD_COUNT}`));
  }
  return new Map(received.spans.map((span) => [payloadOf(span), span.attributes]));
}

/** What the contenders' spans differ in from the first contender's; empty when they are the same. */
export async function verify(
  collector: Collector,
  contenders: readonly string[],
  sizes: readonly Size[],
): Promise<string[]> {
  const found: string[] = [];
  for (const size of sizes) {
    let reference: { contender: string; spans: SpansByPayload } | undefined;
    for (const contender of contenders) {
      const spans = await spansOf(collector, contender, size, found);
      reference ??= { contender, spans };
      for (const difference of differences(reference.spans, spans)) {
        found.push(`${contender} beside ${reference.contender}, ${size}: ${difference}`);
      }
    }
  }
  return found;
}
