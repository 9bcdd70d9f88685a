/** `@inference/tracing`, used as it documents: `setup()` with the SDKs as `modules`. */
import { importRival } from "../rivals.js";
import type { Sdks, Tracer } from "./tracer.js";

interface InferenceTracing {
  provider: { forceFlush(): Promise<void> };
  shutdown(): Promise<void>;
}

interface InferenceModule {
  setup(options: {
    endpoint: string;
    modules: Sdks;
    autoInstrument: boolean;
  }): Promise<InferenceTracing>;
}

export function inference(): Tracer {
  let tracing: InferenceTracing;
  return {
    async start(endpoint, sdks) {
      const module = (await importRival("inference", "@inference/tracing")) as InferenceModule;
      tracing = await module.setup({ endpoint, modules: { ...sdks }, autoInstrument: false });
    },
    flush: () => tracing.provider.forceFlush(),
    stop: () => tracing.shutdown(),
  };
}
