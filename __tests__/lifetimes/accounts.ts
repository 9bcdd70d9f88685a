// Programs that say the id of each span that they end, before they do: what arrives is compared with
// that, span by span.

import assert from "node:assert/strict";

import { type Collector, startCollector } from "../support/collector.js";
import type { DecodedSpan } from "../support/otlp.js";
import { type ProgramOptions, type ProgramResult, runProgram } from "../support/subprocess.js";

/** What a program has: `tracing`, `tracer`, `start(name)`, `end(span)` and `say(line)`. */
export const ACCOUNTED = `
import { writeSync } from "node:fs";
import { setup } from "catalyst-tracing";
const tracing = await setup(JSON.parse(process.env.TEST_OPTIONS ?? "{}"));
const { tracer } = tracing;
const say = (line) => writeSync(1, line + "\\n");
const start = (name, ...rest) => tracer.startSpan(name, ...rest);
const end = (span) => {
  say("ended " + span.spanContext().spanId);
  span.end();
};
`;

export interface Account extends ProgramResult {
  readonly collector: Collector;
  /** By name. */
  readonly spans: ReadonlyMap<string, DecodedSpan>;
}

type Options = ProgramOptions & {
  setup?: object;
  /** Names of spans that the program leaves open; without an end of its own there is no line. */
  unfinished?: readonly string[];
};

/**
 * Runs a program on spans with names of their own. All that it said has ended has arrived once, and
 * beside that only what it left open.
 */
export async function accounted(body: string, options: Options = {}): Promise<Account> {
  const { setup = {}, unfinished = [], ...rest } = options;
  await using collector = await startCollector();
  const env = {
    CATALYST_OTLP_ENDPOINT: collector.url,
    // What arrives has been flushed at the end and not by the clock.
    TEST_OPTIONS: JSON.stringify({ scheduleDelayMs: 60_000, ...setup }),
    ...rest.env,
  };
  const result = await runProgram(ACCOUNTED + body, { timeoutMs: 20_000, ...rest, env });
  assert.equal(result.timedOut, false, result.stderr);
  assert.deepEqual(collector.problems, []);
  const isUnfinished = ({ attributes }: DecodedSpan): boolean =>
    attributes["catalyst.incomplete"] === true;
  const whole = collector.spans.filter((span) => !isUnfinished(span));
  assert.deepEqual(whole.map((span) => span.spanId).sort(), endedIds(result).sort());
  const left = collector.spans.filter(isUnfinished);
  assert.deepEqual(left.map((span) => span.name).sort(), [...unfinished].sort());
  const spans = new Map(collector.spans.map((span) => [span.name, span]));
  return { ...result, collector, spans };
}

export function endedIds({ stdout }: { stdout: string }): string[] {
  return [...stdout.matchAll(/^ended ([0-9a-f]{16})$/gm)].map(([, id]) => id ?? "");
}
