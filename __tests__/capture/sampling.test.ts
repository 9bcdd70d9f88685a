// Which spans are recorded under each value of OTEL_TRACES_SAMPLER, as an app sees it that only
// sets variables.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startCollector } from "../support/collector.js";
import { runProgram } from "../support/subprocess.js";

/** A ratio's decision depends on the trace id's words: all zeros but the last is kept, ones are not. */
const KEPT_TRACE = "00000000000000000000000000000001";
const DROPPED_TRACE = "000000000000000000000000ffffffff";

const PROGRAM = `
import { propagation, ROOT_CONTEXT } from "@opentelemetry/api";
import { setup } from "catalyst-tracing";

const { tracer } = await setup();
const inbound = (name, traceId, flags) => {
  const headers = { traceparent: \`00-\${traceId}-b7ad6b7169203331-\${flags}\` };
  const parent = propagation.extract(ROOT_CONTEXT, headers);
  tracer.startActiveSpan(name, {}, parent, (span) => {
    tracer.startSpan(\`\${name}, child\`).end();
    span.end();
  });
};
for (let count = 0; count < 20; count += 1) {
  tracer.startActiveSpan("root", (root) => {
    tracer.startSpan("root, child").end();
    root.end();
  });
}
inbound("sampled and kept by ratio", "${KEPT_TRACE}", "01");
inbound("sampled and dropped by ratio", "${DROPPED_TRACE}", "01");
inbound("unsampled and kept by ratio", "${KEPT_TRACE}", "00");
inbound("unsampled and dropped by ratio", "${DROPPED_TRACE}", "00");
`;

const SAMPLED = ["sampled and dropped by ratio", "sampled and kept by ratio"];
const UNSAMPLED = ["unsampled and dropped by ratio", "unsampled and kept by ratio"];
const KEPT_BY_RATIO = ["sampled and kept by ratio", "unsampled and kept by ratio"];
const ALL = [...SAMPLED, ...UNSAMPLED];

const cases: [sampler: string, argument: string | undefined, roots: number, inbound: string[]][] = [
  ["always_on", undefined, 20, ALL],
  ["always_off", undefined, 0, []],
  ["traceidratio", "0", 0, []],
  ["traceidratio", "1", 20, ALL],
  ["parentbased_always_on", undefined, 20, SAMPLED],
  ["parentbased_always_off", undefined, 0, SAMPLED],
  ["parentbased_traceidratio", "0", 0, SAMPLED],
  ["parentbased_traceidratio", "1", 20, SAMPLED],
];
for (const [sampler, argument, roots, inbound] of cases) {
  const shown = argument === undefined ? sampler : `${sampler} with ${argument}`;
  test(`${shown} records what its name says, children with their parents`, async () => {
    const { names, stderr } = await sampled(sampler, argument);
    assert.equal(stderr, "");
    const arrivedRoots = names.filter((name) => name === "root");
    assert.equal(arrivedRoots.length, roots);
    assert.deepEqual(without(names, "root"), inbound.toSorted());
    const children = names.filter((name) => name.endsWith(", child")).length;
    assert.equal(children, names.length / 2, "a trace is whole or absent");
  });
}

test("a ratio keeps traces by their id, and all of a trace or nothing", async () => {
  const { names } = await sampled("traceidratio", "0.5");
  assert.deepEqual(without(names, "root"), KEPT_BY_RATIO.toSorted());
  assert.equal(names.filter((name) => name.endsWith(", child")).length, names.length / 2);
});

test("a sampler that does not exist is named in a warning, and everything is recorded", async () => {
  const { names, stderr } = await sampled("sometimes", undefined);
  assert.match(stderr, /OTEL_TRACES_SAMPLER/);
  assert.match(stderr, /sometimes/);
  assert.equal(names.filter((name) => name === "root").length, 20);
});

async function sampled(sampler: string, argument: string | undefined) {
  await using collector = await startCollector();
  const { code, stderr } = await runProgram(PROGRAM, {
    env: {
      CATALYST_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: sampler,
      OTEL_TRACES_SAMPLER_ARG: argument,
    },
  });
  assert.equal(code, 0, stderr);
  assert.deepEqual(collector.problems, []);
  return { names: collector.spans.map((span) => span.name), stderr };
}

function without(names: readonly string[], root: string): string[] {
  return names.filter((name) => name !== root && !name.endsWith(", child")).sort();
}
