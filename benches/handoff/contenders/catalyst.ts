/** This package, driven as its own integrations drive it: payloads are captured, not mapped, in JS. */
import type { Span } from "@opentelemetry/api";
import { setup } from "catalyst-tracing";
import type { CatalystTracing } from "catalyst-tracing";

import { setTinyAttributes, TINY_SPAN_NAME } from "../payloads.js";
import type { Contender } from "./contender.js";

/** The spans of this package take a structural snapshot of a payload, to be mapped natively. */
interface CapturingSpan extends Span {
  capture(kind: string, value: unknown): void;
}

export function catalyst(): Contender {
  let tracing: CatalystTracing;
  return {
    async start(endpoint) {
      tracing = await setup({ endpoint, autoInstrument: false });
    },
    tiny(index) {
      const span = tracing.tracer.startSpan(TINY_SPAN_NAME);
      setTinyAttributes(span, index);
      span.end();
    },
    llm(payload) {
      const span = tracing.tracer.startSpan(payload.name) as CapturingSpan;
      span.capture("openai.chat.request", payload.request);
      span.capture("openai.chat.response", payload.response);
      span.end();
    },
    async flush() {
      await tracing.flush();
    },
    async stop() {
      await tracing.shutdown();
    },
  };
}
