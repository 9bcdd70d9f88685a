/**
 * Recorded spans as the trace that hooks get. All of what costs something is done here: a span's
 * attributes are derived from what was recorded when its trace is told.
 */
import type { Attributes, HrTime } from "@opentelemetry/api";

import type { RecordingSpan } from "../capture/span.js";
import { Attr } from "../semconv.js";
import { spanTree, type TreeOptions } from "../testing/tree.js";
import { type FinishedSpan, millis, type OtlpSpan, toFinishedSpan } from "./finished-span.js";
import type {
  FinishedTrace,
  TraceError,
  TraceHandoff,
  TraceTokens,
  TraceToolCalls,
} from "./finished-trace.js";
import {
  agentsOf,
  costOf,
  errorsOf,
  firstText,
  handoffsOf,
  tokensOf,
  toolCallsOf,
} from "./summary.js";

const NANOS_PER_SECOND = 1_000_000_000n;
/** OTLP's flags of a span: it is known whether the parent is remote, and it is. */
const PARENT_KNOWN_FLAG = 0x100;
const PARENT_REMOTE_FLAG = 0x200;

type Span = OtlpSpan<Attributes>;

/** At least one span. A class, so that clones and JSON have the data and not the method. */
export class RecordedTrace implements FinishedTrace {
  traceId: string;
  name: string;
  spans: FinishedSpan[];
  openSpans: number;
  startTime: number;
  endTime: number;
  durationMs: number;
  tokens: TraceTokens;
  declare cost?: number;
  toolCalls: TraceToolCalls[];
  handoffs: TraceHandoff[];
  agents: string[];
  errors: TraceError[];
  declare sessionId?: string;
  declare userId?: string;
  readonly #spans: readonly Span[];

  constructor(recorded: readonly RecordingSpan[], openSpans: number) {
    this.#spans = recorded.map(toOtlp).sort(byStart);
    const spans = this.#spans.map((span) => toFinishedSpan(span));
    const start = this.#spans.reduce(earliest, this.#spans[0]?.startTimeUnixNano ?? 0n);
    const end = this.#spans.reduce(latest, start);
    this.traceId = spans[0]?.traceId ?? "";
    this.name = rootOf(spans)?.name ?? "";
    this.spans = spans;
    this.openSpans = openSpans;
    this.startTime = millis(start);
    this.endTime = millis(end);
    this.durationMs = millis(end - start);
    this.tokens = tokensOf(spans);
    const cost = costOf(spans);
    if (cost !== undefined) this.cost = cost;
    this.toolCalls = toolCallsOf(spans);
    this.handoffs = handoffsOf(spans);
    this.agents = agentsOf(spans);
    this.errors = errorsOf(spans);
    const sessionId = firstText(spans, Attr.SESSION_ID);
    if (sessionId !== undefined) this.sessionId = sessionId;
    const userId = firstText(spans, Attr.USER_ID);
    if (userId !== undefined) this.userId = userId;
  }

  tree(options: TreeOptions = {}): string {
    return spanTree(this.#spans, options);
  }
}

function toOtlp(span: RecordingSpan): Span {
  const { traceId, spanId, traceState, traceFlags } = span.spanContext();
  const remote = span.parentIsRemote ? PARENT_REMOTE_FLAG : 0;
  const { code, message = "" } = span.status;
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanId ?? "",
    traceState: traceState?.serialize() ?? "",
    flags: traceFlags | PARENT_KNOWN_FLAG | remote,
    name: span.name,
    // OTLP counts from 1, the API from 0.
    kind: span.kind + 1,
    startTimeUnixNano: nanos(span.startTime),
    endTimeUnixNano: nanos(span.endTime),
    attributes: span.attributes,
    events: span.events.map(({ name, time, attributes }) => ({
      name,
      timeUnixNano: nanos(time),
      attributes,
    })),
    links: span.links.map(({ context, attributes = {} }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      attributes,
    })),
    status: { code, message },
    resource: span.resource.attributes,
    scope: span.scope,
  };
}

/** The first that has no parent among them. Starts can be given, so it need not be the first. */
function rootOf(spans: readonly FinishedSpan[]): FinishedSpan | undefined {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  return spans.find(({ parentSpanId = "" }) => !ids.has(parentSpanId)) ?? spans[0];
}

function nanos([seconds, rest]: HrTime): bigint {
  return BigInt(seconds) * NANOS_PER_SECOND + BigInt(rest);
}

/** A parent before its children, which may start in the same nanosecond: it ends after them. */
function byStart(a: Span, b: Span): number {
  if (a.startTimeUnixNano !== b.startTimeUnixNano) {
    return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1;
  }
  if (a.endTimeUnixNano === b.endTimeUnixNano) return 0;
  return a.endTimeUnixNano > b.endTimeUnixNano ? -1 : 1;
}

function earliest(at: bigint, { startTimeUnixNano }: Span): bigint {
  return startTimeUnixNano < at ? startTimeUnixNano : at;
}

function latest(at: bigint, { endTimeUnixNano }: Span): bigint {
  return endTimeUnixNano > at ? endTimeUnixNano : at;
}
