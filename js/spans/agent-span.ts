/**
 * `agentSpan`: one run of an agent, whose identity every span underneath inherits.
 */
import { agentAttributes, conversationAttributes } from "../identity.js";
import { SpanKindValues } from "../semconv.js";
import type { AgentSpanHandle } from "./handle.js";
import { type AgentSpanOptions, OptionReader } from "./options.js";
import type { TracerInput } from "../tracer-input.js";
import { settleOutcome } from "./outcome.js";
import { readCall, runInside, startSpan } from "./run.js";

/**
 * Runs `fn` inside an AGENT span. What `fn` returns is what the promise resolves to; what it throws
 * is recorded on the span and rejects the promise as the same object. Unless `fn` says otherwise, the
 * run's outcome is `success` or `failure` by that.
 *
 * @param tracer - an OpenTelemetry tracer, provider, or handle in place of what `setup()` made
 */
export function agentSpan<T>(
  options: AgentSpanOptions,
  fn: (span: AgentSpanHandle) => T,
): Promise<Awaited<T>>;
export function agentSpan<T>(
  tracer: TracerInput | null | undefined,
  options: AgentSpanOptions,
  fn: (span: AgentSpanHandle) => T,
): Promise<Awaited<T>>;
export async function agentSpan<T>(...args: readonly unknown[]): Promise<Awaited<T>> {
  const { tracer, options: given, fn } = readCall<T>("agentSpan", args);
  const options = new OptionReader(given);
  const id = options.text("agentId", "id");
  const name = options.text("agentName", "name");
  const role = options.text("role", "agentRole");
  const started = startSpan(tracer, {
    name: options.text("spanName") ?? `${name ?? id ?? "agent"}.run`,
    kind: options.text("spanKind") ?? SpanKindValues.AGENT,
    inherited: { ...agentAttributes({ id, name, role }), ...conversationAttributes(options) },
    options,
  });
  return await runInside(started, fn, settleOutcome);
}
