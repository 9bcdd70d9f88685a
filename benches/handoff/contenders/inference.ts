/** `@inference/tracing`, used through what it documents: `setup()`, its tracer and its provider. */
import type { Tracer } from "@opentelemetry/api";

import { openInferenceChat } from "../openinference-chat.js";
import { setTinyAttributes, TINY_SPAN_NAME } from "../payloads.js";
import { importRival } from "../../support/rivals.js";
import type { Contender } from "./contender.js";

interface InferenceTracing {
  tracer: Tracer;
  provider: { forceFlush(): Promise<void> };
  shutdown(): Promise<void>;
}

interface InferenceModule {
  setup(options: { endpoint: string; autoInstrument: boolean }): Promise<InferenceTracing>;
}

export function inference(): Contender {
  let tracing: InferenceTracing;
  return {
    async start(endpoint) {
      const module = (await importRival("inference", "@inference/tracing")) as InferenceModule;
      tracing = await module.setup({ endpoint, autoInstrument: false });
    },
    tiny(index) {
      const span = tracing.tracer.startSpan(TINY_SPAN_NAME);
      setTinyAttributes(span, index);
      span.end();
    },
    llm(payload) {
      const span = tracing.tracer.startSpan(payload.name);
      span.setAttributes(openInferenceChat(payload.request, payload.response));
      span.end();
    },
    flush: () => tracing.provider.forceFlush(),
    stop: () => tracing.shutdown(),
  };
}
