/**
 * A finished span as people read it: plain data, in words where OTLP has numbers. Tests get what a
 * collector would, hooks what was recorded.
 */
import type { Attributes } from "@opentelemetry/api";

const KINDS = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"] as const;
const STATUS_CODES = ["UNSET", "OK", "ERROR"] as const;

const OPENINFERENCE_KIND = "openinference.span.kind";
const NANOS_PER_MS = 1_000_000n;

/** A span in OTLP's own numbers. */
export interface OtlpSpan<A> {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attributes: A;
  readonly events: readonly OtlpEvent<A>[];
  readonly links: readonly OtlpLink<A>[];
  readonly status: { readonly code: number; readonly message: string };
  readonly resource: A;
  readonly scope: { readonly name: string; readonly version: string };
}

interface OtlpEvent<A> {
  readonly name: string;
  readonly timeUnixNano: bigint;
  readonly attributes: A;
}

interface OtlpLink<A> {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: A;
}

export interface FinishedEvent<A = Attributes> {
  name: string;
  /** Milliseconds since 1970, with a fraction. */
  time: number;
  attributes: A;
}

export interface FinishedLink<A = Attributes> {
  traceId: string;
  spanId: string;
  attributes: A;
}

export interface FinishedStatus {
  code: (typeof STATUS_CODES)[number];
  /** Absent when there is none. */
  message?: string;
}

/** A span that has ended. */
export interface FinishedSpan<A = Attributes> {
  traceId: string;
  spanId: string;
  /** Absent for a root. */
  parentSpanId?: string;
  name: string;
  /** OpenTelemetry's kind. */
  kind: (typeof KINDS)[number];
  /** OpenInference's kind, such as `AGENT`, `LLM` or `TOOL`; absent when there is none. */
  spanKind?: string;
  /** Milliseconds since 1970, with a fraction: `new Date(span.startTime)`. */
  startTime: number;
  endTime: number;
  durationMs: number;
  status: FinishedStatus;
  attributes: A;
  events: FinishedEvent<A>[];
  links: FinishedLink<A>[];
  /** What describes the service, such as `service.name`. */
  resource: A;
  /** The tracer that made it. */
  scope: { name: string; version: string };
}

export function toFinishedSpan<A extends object>(span: OtlpSpan<A>): FinishedSpan<A> {
  const { traceId, spanId, parentSpanId, name, attributes, links, resource, scope } = span;
  const { code, message } = span.status;
  const spanKind = (attributes as Readonly<Record<string, unknown>>)[OPENINFERENCE_KIND];
  return {
    traceId,
    spanId,
    ...(parentSpanId !== "" && { parentSpanId }),
    name,
    kind: KINDS[span.kind] ?? "UNSPECIFIED",
    ...(typeof spanKind === "string" && { spanKind }),
    startTime: millis(span.startTimeUnixNano),
    endTime: millis(span.endTimeUnixNano),
    durationMs: millis(span.endTimeUnixNano - span.startTimeUnixNano),
    status: { code: STATUS_CODES[code] ?? "UNSET", ...(message !== "" && { message }) },
    attributes: { ...attributes },
    events: span.events.map((event) => ({
      name: event.name,
      time: millis(event.timeUnixNano),
      attributes: { ...event.attributes },
    })),
    links: links.map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      attributes: { ...link.attributes },
    })),
    resource: { ...resource },
    scope: { name: scope.name, version: scope.version },
  };
}

/** In two parts: nanoseconds since 1970 are more than a number holds exactly. */
export function millis(nanos: bigint): number {
  return Number(nanos / NANOS_PER_MS) + Number(nanos % NANOS_PER_MS) / Number(NANOS_PER_MS);
}
