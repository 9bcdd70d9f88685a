/** This package. */
import { setup } from "catalyst-tracing";
import type { CatalystTracing } from "catalyst-tracing";

import type { Tracer } from "./tracer.js";

export function catalyst(): Tracer {
  let tracing: CatalystTracing;
  return {
    async start(endpoint, sdks) {
      tracing = await setup({ endpoint, modules: { ...sdks }, autoInstrument: false });
    },
    async flush() {
      await tracing.flush();
    },
    async stop() {
      await tracing.shutdown();
    },
  };
}
