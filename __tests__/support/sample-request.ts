// One trace request that has something in every field, for the tests of the test support. Built
// from the schema's names, and encoded to either form by `otlp-encode.ts`.

import { encodeJson, encodeProtobuf } from "./otlp-encode.js";
import { ExportTraceServiceRequest, type RawMessage, type RawValue } from "./otlp-schema.js";

export const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
export const ROOT_ID = "b7ad6b7169203331";
export const CHILD_ID = "00f067aa0ba902b7";

export function pair(key: string, value: RawMessage): RawMessage {
  return { key, value };
}

export function requestOf(
  spans: readonly RawMessage[],
  resource: readonly RawMessage[] = [pair("service.name", { stringValue: "sample" })],
): RawMessage {
  const scope = { name: "sample-scope", version: "1.2.3", attributes: [pair("beta", TRUE)] };
  return {
    resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ scope, spans }] }],
  };
}

const TRUE = { boolValue: true };

export const richSpan: RawMessage = {
  traceId: TRACE_ID,
  spanId: CHILD_ID,
  traceState: "vendor=1",
  parentSpanId: ROOT_ID,
  name: "chat gpt-4o ✓",
  kind: 3,
  startTimeUnixNano: 1_700_000_000_123_456_789n,
  endTimeUnixNano: 1_700_000_001_000_000_001n,
  attributes: [
    pair("openinference.span.kind", { stringValue: "LLM" }),
    pair("text", { stringValue: "\ufeffzażółć 👩‍🚀\u0000" }),
    pair("yes", TRUE),
    pair("no", { boolValue: false }),
    pair("tokens", { intValue: 42n }),
    pair("negative", { intValue: -7n }),
    pair("huge", { intValue: 9_223_372_036_854_775_807n }),
    pair("tiny", { intValue: -9_223_372_036_854_775_808n }),
    pair("ratio", { doubleValue: 0.1 }),
    pair("whole", { doubleValue: 3 }),
    pair("not-a-number", { doubleValue: Number.NaN }),
    pair("minus-zero", { doubleValue: -0 }),
    pair("endless", { doubleValue: Number.NEGATIVE_INFINITY }),
    pair("list", { arrayValue: { values: [{ stringValue: "a" }, { intValue: 1n }, {}] } }),
    pair("map", { kvlistValue: { values: [pair("__proto__", { intValue: 1n })] } }),
    pair("bytes", { bytesValue: Uint8Array.of(0, 255, 16) }),
    pair("nothing", {}),
  ],
  droppedAttributesCount: 1,
  events: [
    {
      timeUnixNano: 1_700_000_000_500_000_000n,
      name: "exception",
      attributes: [pair("exception.type", { stringValue: "TypeError" })],
      droppedAttributesCount: 2,
    },
  ],
  droppedEventsCount: 3,
  links: [
    {
      traceId: "11111111111111111111111111111111",
      spanId: "2222222222222222",
      traceState: "other=2",
      attributes: [pair("why", { stringValue: "batch" })],
      flags: 1,
    },
  ],
  droppedLinksCount: 4,
  status: { message: "it broke", code: 2 },
  flags: 0x101,
};

export const rootSpan: RawMessage = {
  traceId: TRACE_ID,
  spanId: ROOT_ID,
  name: "agent.run",
  kind: 1,
  startTimeUnixNano: 1_700_000_000_000_000_000n,
  endTimeUnixNano: 1_700_000_002_000_000_000n,
  attributes: [pair("openinference.span.kind", { stringValue: "AGENT" })],
};

export const sampleRequest = requestOf([rootSpan, richSpan]);

export function protobufBody(request: RawMessage): Buffer {
  return encodeProtobuf(ExportTraceServiceRequest, request);
}

export function jsonBody(request: RawMessage): Buffer {
  const json = encodeJson(ExportTraceServiceRequest, request);
  // JSON can say minus zero, but JSON.stringify does not.
  return Buffer.from(json.replace(/("minus-zero".*?:)0\b/, "$1-0.0"));
}

/** A request of that many spans with ids of their own. */
export function manySpans(count: number): RawMessage {
  const spans = Array.from({ length: count }, (_, index): RawMessage => {
    const spanId: RawValue = (index + 1).toString(16).padStart(16, "0");
    return { ...rootSpan, spanId, name: `span ${index}` };
  });
  return requestOf(spans);
}
