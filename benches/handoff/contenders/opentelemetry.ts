/** OpenTelemetry JS as an application sets it up by hand, with one of its two OTLP/HTTP exporters. */
import type { Tracer } from "@opentelemetry/api";
import type { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";

import { createProvider } from "../../support/opentelemetry-provider.js";
import type { OtlpExporter } from "../../support/opentelemetry-provider.js";
import { openInferenceChat } from "../openinference-chat.js";
import { setTinyAttributes, TINY_SPAN_NAME } from "../payloads.js";
import type { Contender } from "./contender.js";

export function openTelemetry(exporter: OtlpExporter): Contender {
  let provider: BasicTracerProvider;
  let tracer: Tracer;
  return {
    async start(endpoint) {
      provider = await createProvider("opentelemetry", exporter, endpoint);
      tracer = provider.getTracer("bench");
    },
    tiny(index) {
      const span = tracer.startSpan(TINY_SPAN_NAME);
      setTinyAttributes(span, index);
      span.end();
    },
    llm(payload) {
      const span = tracer.startSpan(payload.name);
      span.setAttributes(openInferenceChat(payload.request, payload.response));
      span.end();
    },
    flush: () => provider.forceFlush(),
    stop: () => provider.shutdown(),
  };
}
