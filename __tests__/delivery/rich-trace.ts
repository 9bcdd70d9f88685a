// A trace with something in every field that a span has, for what has to survive the wire.

import {
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import type { CatalystTracing } from "catalyst-tracing";

const REMOTE = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
  traceState: createTraceState("vendor=1,other=a b"),
};

const ATTRIBUTES = {
  text: "\ufeffzażółć 👩‍🚀 \u0000\u2028",
  "lone surrogate": "a\ud800b",
  empty: "",
  yes: true,
  no: false,
  zero: 0,
  "minus zero": -0,
  int: -42,
  "beyond 32 bits": 2 ** 40,
  "largest exact": Number.MAX_SAFE_INTEGER,
  half: 0.5,
  tiny: 5e-324,
  huge: 1.7976931348623157e308,
  "not a number": Number.NaN,
  infinite: Number.POSITIVE_INFINITY,
  "minus infinite": Number.NEGATIVE_INFINITY,
  texts: ["a", "✓", ""],
  ints: [1, -1, 0],
  doubles: [0.5, 1, Number.NaN],
  flags: [true, false],
  none: [],
  "ключ ✓": "a key that is not ASCII",
};

/** Six spans of three traces. */
export function recordRichTrace({ tracer, provider }: CatalystTracing): void {
  const remote = trace.setSpanContext(ROOT_CONTEXT, REMOTE);
  const root = tracer.startSpan("remote parent", { kind: SpanKind.SERVER }, remote);
  const under = trace.setSpan(ROOT_CONTEXT, root);
  const child = tracer.startSpan(
    "child ✓",
    { kind: SpanKind.CLIENT, attributes: ATTRIBUTES, startTime: [1_700_000_000, 123_456_789] },
    under,
  );
  child.setAttribute("object", { nested: [1, { a: null }], date: new Date(0) } as never);
  child.addEvent("event", { at: "a time", count: 3 }, [1_700_000_000, 223_456_789]);
  child.addEvent("bare event");
  child.recordException(new TypeError("wrong ✓", { cause: new Error("deeper") }));
  child.setStatus({ code: SpanStatusCode.ERROR, message: "it failed ✓" });
  child.addLink({ context: REMOTE, attributes: { why: "retry" } });
  child.addLink({ context: root.spanContext() });
  child.end([1_700_000_001, 1]);
  root.setStatus({ code: SpanStatusCode.OK }).end();
  const other = provider.getTracer("another-library", "9.9.9");
  for (const kind of [SpanKind.PRODUCER, SpanKind.CONSUMER, SpanKind.INTERNAL]) {
    other.startSpan(`kind ${kind}`, { kind }, ROOT_CONTEXT).end();
  }
  provider.getTracer("no-version").startSpan("", {}, ROOT_CONTEXT).end();
}
