/**
 * The contenders in the order of the tables. Each is loaded only in the process that measures it,
 * so that no other library shares its heap.
 */
import { PROJECT_DIRECTORY, rivalDirectory } from "../../support/rivals.js";
import type { Contender } from "./contender.js";

/** A contender's program in a bare `node -e`: an ES module and the folder that it resolves from. */
export interface ColdStart {
  directory: string;
  source: string;
}

interface Entry {
  load(): Promise<Contender>;
  /** Import and set-up in as few statements as the library's own documentation uses. */
  coldStart: ColdStart;
}

/** Nobody listens there, and nobody is asked: a cold start records no span. */
const UNUSED_ENDPOINT = "http://127.0.0.1:9";

export const OURS = "catalyst-tracing";
export const INFERENCE = "@inference/tracing";
export const EMPTY = "empty loop";

function setupOf(name: string): string {
  return `
    import { setup } from ${JSON.stringify(name)};
    await setup({ endpoint: ${JSON.stringify(UNUSED_ENDPOINT)}, autoInstrument: false });`;
}

function openTelemetrySetup(exporter: string): string {
  return `
    import { context, trace } from "@opentelemetry/api";
    import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
    import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
    import { OTLPTraceExporter } from ${JSON.stringify(exporter)};
    const exporter = new OTLPTraceExporter({ url: ${JSON.stringify(UNUSED_ENDPOINT)} });
    const spanProcessors = [new BatchSpanProcessor(exporter)];
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));`;
}

function openTelemetryEntry(
  exporter: "@opentelemetry/exporter-trace-otlp-proto" | "@opentelemetry/exporter-trace-otlp-http",
): Entry {
  return {
    load: async () => (await import("./opentelemetry.js")).openTelemetry(exporter),
    coldStart: {
      directory: rivalDirectory("opentelemetry"),
      source: openTelemetrySetup(exporter),
    },
  };
}

export const CONTENDERS: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  [
    OURS,
    {
      load: async () => (await import("./catalyst.js")).catalyst(),
      coldStart: { directory: PROJECT_DIRECTORY, source: setupOf("catalyst-tracing") },
    },
  ],
  [
    INFERENCE,
    {
      load: async () => (await import("./inference.js")).inference(),
      coldStart: { directory: rivalDirectory("inference"), source: setupOf("@inference/tracing") },
    },
  ],
  ["OpenTelemetry JS, protobuf", openTelemetryEntry("@opentelemetry/exporter-trace-otlp-proto")],
  ["OpenTelemetry JS, JSON", openTelemetryEntry("@opentelemetry/exporter-trace-otlp-http")],
  [
    EMPTY,
    {
      load: async () => (await import("./empty.js")).empty(),
      coldStart: { directory: PROJECT_DIRECTORY, source: "0" },
    },
  ],
]);
