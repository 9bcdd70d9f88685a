/**
 * OpenTelemetry JS as an application sets it up by hand: its provider, its batch processor and one
 * of its two OTLP/HTTP exporters, with an AsyncLocalStorage context manager as the others have it.
 * Everything is at its default but the limits that would drop spans or attributes.
 */
import type { BasicTracerProvider, SpanExporter } from "@opentelemetry/sdk-trace-base";

import { importRival } from "./rivals.js";
import type { Rival } from "./rivals.js";

/** More than any run leaves unsent, so that the queue never drops. */
const QUEUE_SPANS = 1_000_000;

/** More than any payload has, so that no attribute is dropped. */
const ATTRIBUTES_PER_SPAN = 10_000;

export type OtlpExporter =
  "@opentelemetry/exporter-trace-otlp-proto" | "@opentelemetry/exporter-trace-otlp-http";

/** Also becomes OpenTelemetry's global provider. */
export async function createProvider(
  rival: Rival,
  exporter: OtlpExporter,
  endpoint: string,
): Promise<BasicTracerProvider> {
  const load = (name: string) => importRival(rival, name);
  const api = (await load("@opentelemetry/api")) as typeof import("@opentelemetry/api");
  const sdk = (await load(
    "@opentelemetry/sdk-trace-base",
  )) as typeof import("@opentelemetry/sdk-trace-base");
  const { AsyncLocalStorageContextManager } = (await load(
    "@opentelemetry/context-async-hooks",
  )) as { AsyncLocalStorageContextManager: new () => import("@opentelemetry/api").ContextManager };
  const { OTLPTraceExporter } = (await load(exporter)) as {
    OTLPTraceExporter: new (options: { url: string }) => SpanExporter;
  };
  const provider = new sdk.BasicTracerProvider({
    spanLimits: { attributeCountLimit: ATTRIBUTES_PER_SPAN },
    spanProcessors: [
      new sdk.BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }), {
        maxQueueSize: QUEUE_SPANS,
      }),
    ],
  });
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  api.trace.setGlobalTracerProvider(provider);
  return provider;
}
