/**
 * OpenInference's instrumentations of OpenAI's two SDKs, both where a program uses both, over
 * OpenTelemetry JS. They patch by themselves what is loaded by `require`; an ES module is handed to
 * them, as their documentation says.
 */
import type { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";

import { createProvider } from "../opentelemetry-provider.js";
import { importRival } from "../rivals.js";
import type { Tracer } from "./tracer.js";

type Instrumentation = new (options: { tracerProvider: BasicTracerProvider }) => {
  manuallyInstrument(sdk: unknown): void;
};

async function load(name: string, className: string): Promise<Instrumentation> {
  const module = (await importRival("openinference", name)) as Record<string, Instrumentation>;
  const found = module[className];
  if (found === undefined) throw new Error(`${name} has no ${className}.`);
  return found;
}

export function openInference(): Tracer {
  let provider: BasicTracerProvider;
  return {
    async start(endpoint, { openai, openaiAgents }) {
      const exporter = "@opentelemetry/exporter-trace-otlp-proto";
      const tracerProvider = await createProvider("openinference", exporter, endpoint);
      provider = tracerProvider;
      const OpenAi = await load(
        "@arizeai/openinference-instrumentation-openai",
        "OpenAIInstrumentation",
      );
      new OpenAi({ tracerProvider }).manuallyInstrument(openai);
      if (openaiAgents === undefined) return;
      const OpenAiAgents = await load(
        "@arizeai/openinference-instrumentation-openai-agents",
        "OpenAIAgentsInstrumentation",
      );
      new OpenAiAgents({ tracerProvider }).manuallyInstrument(openaiAgents);
    },
    flush: () => provider.forceFlush(),
    stop: () => provider.shutdown(),
  };
}
