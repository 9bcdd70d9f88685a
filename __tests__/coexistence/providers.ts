// Providers of OpenTelemetry's own SDK, of both majors, as an app would have them registered.

import { context, propagation, trace, type TracerProvider } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import * as sdk2 from "@opentelemetry/sdk-trace-node";
import type { CatalystSpanProcessor } from "catalyst-tracing/otel";
import * as sdk1 from "sdk-trace-node-1";

export interface ProviderOptions {
  /** Samples everything out when false. */
  sampled?: boolean;
  sampler?: sdk2.Sampler;
  processors?: readonly CatalystSpanProcessor[];
  resource?: Record<string, string>;
  limits?: sdk2.SpanLimits;
}

export interface AppProvider extends TracerProvider {
  register(): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** By the name of the SDK: what makes a provider, not yet registered. */
export const SDKS: Readonly<Record<string, (options?: ProviderOptions) => AppProvider>> = {
  "SDK 1.x": ({ sampled = true, sampler, processors = [], resource = {}, limits = {} } = {}) => {
    const provider = new sdk1.NodeTracerProvider({
      sampler:
        sampler ??
        new sdk1.ParentBasedSampler({
          root: sampled ? new sdk1.AlwaysOnSampler() : new sdk1.AlwaysOffSampler(),
        }),
      spanLimits: limits,
      spanProcessors: [...processors],
    });
    Object.assign(provider.resource.attributes, resource);
    return provider;
  },
  "SDK 2.x": ({ sampled = true, sampler, processors = [], resource = {}, limits = {} } = {}) =>
    new sdk2.NodeTracerProvider({
      sampler:
        sampler ??
        new sdk2.ParentBasedSampler({
          root: sampled ? new sdk2.AlwaysOnSampler() : new sdk2.AlwaysOffSampler(),
        }),
      spanLimits: limits,
      resource: resourceFromAttributes(resource),
      spanProcessors: [...processors],
    }),
};

/** What a process is like in which nobody has registered anything. */
export function clearApi(): void {
  trace.disable();
  context.disable();
  propagation.disable();
}

/** Runs `body` with `provider` registered, and leaves the API as nobody had it. */
export async function registered(provider: AppProvider, body: () => Promise<void>): Promise<void> {
  clearApi();
  provider.register();
  try {
    await body();
  } finally {
    clearApi();
    await provider.shutdown();
  }
}
