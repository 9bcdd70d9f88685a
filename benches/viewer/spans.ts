/**
 * OTLP requests of agents' traces: ten spans each, half of them model calls with their messages, 4.7 KB
 * a span in protobuf; 512 spans a request, gzipped, as exporters send them. The same for everybody.
 */
import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";

import { encodeProtobuf } from "../../__tests__/support/otlp-encode.js";
import { ExportTraceServiceRequest, type RawMessage } from "../../__tests__/support/otlp-schema.js";
import { Dice, prose } from "../support/text.js";

export const SPANS_PER_REQUEST = 512;
const SPANS_PER_TRACE = 10;
const TEXT_CHARS = 1_450;
const SPAN_NS = 200_000_000n;
/** Traces began this far apart, the last of them now. */
const TRACE_STEP_NS = 50_000_000n;

/** In one span of the whole, and in every one. */
export const RARE_WORD = "zirconiumhandle";
export const COMMON_WORD = "question";

export interface SpanRequest {
  readonly body: Uint8Array;
  readonly spans: number;
}

const kv = (key: string, value: string | number): RawMessage => ({
  key,
  value: typeof value === "string" ? { stringValue: value } : { intValue: BigInt(value) },
});

/** `total` spans, a request at a time, so that they never are in memory together. */
export function* requests(total: number): Generator<SpanRequest> {
  const dice = new Dice(20_261);
  const texts = Array.from({ length: 64 }, () => prose(dice, TEXT_CHARS));
  const now = BigInt(Date.now()) * 1_000_000n;
  const traces = BigInt(Math.ceil(total / SPANS_PER_TRACE));
  let made = 0;
  let traceId = randomBytes(16);
  let root = randomBytes(8);
  while (made < total) {
    const spans: RawMessage[] = [];
    while (spans.length < SPANS_PER_REQUEST && made < total) {
      const at = made % SPANS_PER_TRACE;
      if (at === 0) [traceId, root] = [randomBytes(16), randomBytes(8)];
      const trace = BigInt(Math.floor(made / SPANS_PER_TRACE));
      const rare = made === Math.floor(total / 2) ? RARE_WORD : "";
      const text = () => `${COMMON_WORD} ${texts[dice.below(texts.length)] ?? ""} ${rare}`;
      const start = now - (traces - trace) * TRACE_STEP_NS + (BigInt(at) * SPAN_NS) / 10n;
      spans.push({
        traceId,
        spanId: at === 0 ? root : randomBytes(8),
        ...(at > 0 && { parentSpanId: root }),
        name: at === 0 ? "agent.run" : at % 2 === 1 ? "chat" : "lookup",
        kind: 1,
        startTimeUnixNano: start,
        endTimeUnixNano: start + SPAN_NS / (at === 0 ? 1n : 10n),
        attributes: at % 2 === 1 ? modelCall(text, trace) : step(at === 0, text, trace),
        status: { code: made % 97 === 0 ? 2 : 1 },
      });
      made += 1;
    }
    const request = {
      resourceSpans: [
        {
          resource: { attributes: [kv("service.name", "bench")] },
          scopeSpans: [{ scope: { name: "bench" }, spans }],
        },
      ],
    };
    const body = gzipSync(encodeProtobuf(ExportTraceServiceRequest, request), { level: 1 });
    yield { body, spans: spans.length };
  }
}

function identity(trace: bigint): RawMessage[] {
  return [
    kv("session.id", `session-${trace / 4n}`),
    kv("user.id", `user-${trace % 100n}`),
    kv("agent.name", `Agent ${trace % 10n}`),
  ];
}

function modelCall(text: () => string, trace: bigint): RawMessage[] {
  const said = text();
  return [
    ...identity(trace),
    kv("openinference.span.kind", "LLM"),
    kv("llm.model_name", "gpt-5-mini"),
    kv("llm.token_count.prompt", 700),
    kv("llm.token_count.completion", 90),
    kv("llm.token_count.total", 790),
    kv("input.value", said),
    kv("output.value", text()),
    kv("llm.input_messages.0.message.role", "user"),
    kv("llm.input_messages.0.message.content", said),
  ];
}

function step(isRoot: boolean, text: () => string, trace: bigint): RawMessage[] {
  return [
    ...identity(trace),
    kv("openinference.span.kind", isRoot ? "AGENT" : "TOOL"),
    ...(isRoot ? [] : [kv("tool.name", "lookup")]),
    kv("input.value", text()),
    kv("output.value", text() + text()),
  ];
}
