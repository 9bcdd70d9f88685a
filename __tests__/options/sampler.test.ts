import assert from "node:assert/strict";
import { test } from "node:test";
import { resolving } from "./resolving.js";

const samplers: [NodeJS.ProcessEnv, object, number][] = [
  [{ OTEL_TRACES_SAMPLER: "always_off" }, { kind: "always_off", ratio: 1 }, 0],
  [
    { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.25" },
    { kind: "traceidratio", ratio: 0.25 },
    0,
  ],
  [
    { OTEL_TRACES_SAMPLER: "ParentBased_TraceIdRatio" },
    { kind: "parentbased_traceidratio", ratio: 1 },
    0,
  ],
  [
    { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "25%" },
    { kind: "traceidratio", ratio: 1 },
    1,
  ],
  [
    { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "1.5" },
    { kind: "traceidratio", ratio: 1 },
    1,
  ],
  [{ OTEL_TRACES_SAMPLER_ARG: "junk" }, { kind: "parentbased_always_on", ratio: 1 }, 0],
];
for (const [env, spec, warningCount] of samplers) {
  test(`${JSON.stringify(env)} means the sampler ${JSON.stringify(spec)}`, () => {
    const { options, warnings } = resolving({}, env);
    assert.deepEqual(options.sampler, spec);
    assert.equal(warnings.length, warningCount);
  });
}
