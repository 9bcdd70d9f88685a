// The package as an app has it, set up for one test: an environment that configures nothing, short
// times, and a check that no span is unaccounted for.

import assert from "node:assert/strict";

import {
  setup,
  type CatalystTracing,
  type SetupOptions,
  type TracingStats,
} from "catalyst-tracing";

import type { Collector } from "../support/collector.js";

const CONFIGURES =
  /^(OTEL_|CATALYST_|INFERENCE_|OTLP_|SERVICE_|NODE_EXTRA_CA_CERTS$|(https?|all|no)_proxy$)/i;

/** Runs with these variables set, and with no other that configures tracing. */
export async function withEnvironment<T>(
  variables: Readonly<Record<string, string>>,
  run: () => Promise<T>,
): Promise<T> {
  const before = { ...process.env };
  clearEnvironment();
  Object.assign(process.env, variables);
  try {
    return await run();
  } finally {
    clearEnvironment();
    Object.assign(process.env, before);
  }
}

function clearEnvironment(): void {
  for (const name of Object.keys(process.env)) {
    if (CONFIGURES.test(name)) Reflect.deleteProperty(process.env, name);
  }
}

/** What is sent leaves at a flush and not before; a round has time for a retry or two. */
const FOR_TESTS = {
  register: false,
  serviceName: "delivery-test",
  scheduleDelayMs: 60_000,
  timeoutMs: 3000,
} satisfies SetupOptions;

/** A tracing that ends with the test; what is left by then is not waited for. */
export async function start(
  options: SetupOptions,
  variables: Readonly<Record<string, string>> = {},
): Promise<CatalystTracing> {
  const given = { ...FOR_TESTS, ...options };
  const tracing = await withEnvironment(variables, async () => await setup(given));
  return Object.assign(tracing, {
    [Symbol.asyncDispose]: async () => await tracing.shutdown(0),
  });
}

/** Records that many spans, each with that much text. */
export function record({ tracer }: CatalystTracing, spans: number, textBytes = 10): void {
  for (let index = 0; index < spans; index++) {
    tracer.startSpan(`span ${index}`).setAttribute("text", noise(textBytes, index)).end();
  }
}

/** Always the same for one seed, and in two spans never alike: compression gains little. */
function noise(length: number, seed: number): string {
  let state = seed + 1;
  let text = "";
  while (text.length < length) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += (state >>> 8).toString(36);
  }
  return text.slice(0, length);
}

/** The counts, after checking that they add up and agree with what the collector has. */
export function accountedFor(tracing: CatalystTracing, collector?: Collector): TracingStats {
  const stats = tracing.stats();
  assert.equal(stats.started, stats.open + stats.ended, "started = open + ended");
  const sum = stats.queued + stats.delivered + stats.filtered + stats.lost;
  assert.equal(stats.ended, sum, "ended = queued + delivered + filtered + lost");
  if (collector !== undefined) {
    assert.equal(stats.delivered, collector.spans.length, "delivered = received");
    assert.equal(new Set(collector.spans.map((span) => span.spanId)).size, stats.delivered);
    assert.deepEqual(collector.problems, []);
  }
  return stats;
}

/** Losses in words, such as `export http_400 3`. */
export function losses({ losses: all }: TracingStats): string[] {
  return all.map(({ stage, reason, spans }) => `${stage} ${reason} ${spans}`);
}
