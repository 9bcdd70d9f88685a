/**
 * `catalyst-tracing doctor`: what a confused user needs to know, found out in the app's folder with
 * the app's environment.
 */
import { resolveOptions } from "../options.js";
import { inspectCollector } from "./doctor/collector.js";
import { inspectConfiguration } from "./doctor/configuration.js";
import { inspectOpenTelemetry } from "./doctor/opentelemetry.js";
import { inspectRuntime } from "./doctor/runtime.js";
import { inspectSdks } from "./doctor/sdks.js";
import type { Section } from "./report.js";

export async function examine(env: NodeJS.ProcessEnv): Promise<Section[]> {
  const resolution = resolveOptions({}, env);
  // First, because SDKs are loaded below, and may register something.
  const openTelemetry = inspectOpenTelemetry();
  return [
    inspectRuntime(),
    inspectConfiguration(resolution),
    await inspectCollector(resolution.options),
    await inspectSdks(env),
    openTelemetry,
  ];
}
