/**
 * A finished span as a test reads it: plain data, in words where OTLP has numbers.
 */
import type { TestAttributes, WireSpan } from "./request.js";

const KINDS = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"] as const;
const STATUS_CODES = ["UNSET", "OK", "ERROR"] as const;

const OPENINFERENCE_KIND = "openinference.span.kind";
const NANOS_PER_MS = 1_000_000n;

export interface TestEvent {
  name: string;
  /** Milliseconds since 1970, with a fraction. */
  time: number;
  attributes: TestAttributes;
}

export interface TestLink {
  traceId: string;
  spanId: string;
  attributes: TestAttributes;
}

export interface TestStatus {
  code: (typeof STATUS_CODES)[number];
  /** Absent when there is none. */
  message?: string;
}

/** A finished span, decoded as a collector gets it. */
export interface TestSpan {
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
  status: TestStatus;
  attributes: TestAttributes;
  events: TestEvent[];
  links: TestLink[];
  /** What describes the service, such as `service.name`. */
  resource: TestAttributes;
  /** The tracer that made it. */
  scope: { name: string; version: string };
}

export function toTestSpan(span: WireSpan): TestSpan {
  const { traceId, spanId, parentSpanId, name, attributes, links, resource, scope } = span;
  const { code, message } = span.status;
  const spanKind = attributes[OPENINFERENCE_KIND];
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
function millis(nanos: bigint): number {
  return Number(nanos / NANOS_PER_MS) + Number(nanos % NANOS_PER_MS) / Number(NANOS_PER_MS);
}
