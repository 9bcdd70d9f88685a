/**
 * `manualSpan`: a step that no SDK reports, such as retrieval, routing or validation.
 */
import type { Tracer } from "@opentelemetry/api";

import { agentAttributes, conversationAttributes, withoutUnset } from "../identity.js";
import { SpanKindValues } from "../semconv.js";
import type { AgentSpanHandle } from "./handle.js";
import { type ManualSpanOptions, OptionReader } from "./options.js";
import type { TracerInput } from "../tracer-input.js";
import { readCall, runInside, type StartedSpan, startSpan } from "./run.js";

/**
 * Runs `fn` inside a span of any kind, CHAIN when not said. What `fn` returns is what the promise
 * resolves to; what it throws is recorded on the span and rejects the promise as the same object.
 *
 * @param tracer - an OpenTelemetry tracer, provider, or handle in place of what `setup()` made
 */
export function manualSpan<T>(
  options: ManualSpanOptions,
  fn: (span: AgentSpanHandle) => T,
): Promise<Awaited<T>>;
export function manualSpan<T>(
  tracer: TracerInput | null | undefined,
  options: ManualSpanOptions,
  fn: (span: AgentSpanHandle) => T,
): Promise<Awaited<T>>;
export async function manualSpan<T>(...args: readonly unknown[]): Promise<Awaited<T>> {
  const { tracer, options, fn } = readCall<T>("manualSpan", args);
  return await runInside(startManualSpan(tracer, options), fn);
}

/** @param name - for a span that the options do not name */
export function startManualSpan(
  tracer: Tracer | undefined,
  given: unknown,
  name?: string,
): StartedSpan {
  const options = new OptionReader(given);
  const kind = options.text("spanKind") ?? SpanKindValues.CHAIN;
  const id = options.text("agentId");
  const agentName = options.text("agentName");
  const role = options.text("agentRole");
  const started = startSpan(tracer, {
    name: options.text("spanName", "toolName") ?? name ?? kind.toLowerCase(),
    kind,
    inherited: {
      ...withoutUnset(agentAttributes({ id, name: agentName, role })),
      ...conversationAttributes(options),
    },
    options,
  });
  setDetails(started.handle, options);
  return started;
}

function setDetails(handle: AgentSpanHandle, options: OptionReader): void {
  const output = options.value("output");
  if (output !== undefined) handle.setOutput(output);
  const model = options.text("model");
  if (model !== undefined) handle.setModel(model);
  const usage = options.value("usage");
  if (usage !== undefined) handle.recordUsage(usage);
  const name = options.text("toolName");
  const callId = options.text("toolCallId");
  if (name !== undefined || callId !== undefined) handle.setTool({ name, callId });
}
