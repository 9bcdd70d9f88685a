import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { ROOT_CONTEXT } from "@opentelemetry/api";
import { SamplingDecision, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace-base";
import { createSampler, type SamplerKind } from "../../js/capture/sampler.js";

type Words = [number, number, number, number];

function words(id: Buffer): Words {
  return [id.readUInt32BE(0), id.readUInt32BE(4), id.readUInt32BE(8), id.readUInt32BE(12)];
}

const decisions: [SamplerKind, root: boolean, underSampled: boolean, underUnsampled: boolean][] = [
  ["always_on", true, true, true],
  ["always_off", false, false, false],
  ["parentbased_always_on", true, true, false],
  ["parentbased_always_off", false, true, false],
];
for (const [kind, root, underSampled, underUnsampled] of decisions) {
  test(`${kind} decides by its name and its parent`, () => {
    const sampler = createSampler({ kind, ratio: 1 });
    assert.equal(sampler.shouldSample(1, 2, 3, 4, undefined), root);
    assert.equal(sampler.shouldSample(1, 2, 3, 4, true), underSampled);
    assert.equal(sampler.shouldSample(1, 2, 3, 4, false), underUnsampled);
  });
}

for (const ratio of [0, 0.000_001, 0.1, 0.25, 0.5, 0.9, 0.999_999, 1]) {
  test(`at the ratio ${ratio} the decision is opentelemetry-js's own`, () => {
    const ours = createSampler({ kind: "traceidratio", ratio });
    const theirs = new TraceIdRatioBasedSampler(ratio);
    for (let round = 0; round < 2000; round += 1) {
      const id = randomBytes(16);
      const { decision } = theirs.shouldSample(ROOT_CONTEXT, id.toString("hex"));
      const expected = decision === SamplingDecision.RECORD_AND_SAMPLED;
      assert.equal(ours.shouldSample(...words(id), undefined), expected, id.toString("hex"));
    }
  });
}

test("a ratio of 1 keeps even the largest trace id, and a ratio of 0 not even the smallest", () => {
  const largest: Words = [0xffff_ffff, 0, 0, 0];
  assert.ok(createSampler({ kind: "traceidratio", ratio: 1 }).shouldSample(...largest, undefined));
  const smallest: Words = [1, 1, 0, 0];
  assert.ok(
    !createSampler({ kind: "traceidratio", ratio: 0 }).shouldSample(...smallest, undefined),
  );
});

test("a ratio without regard to the parent decides by the trace id alone", () => {
  const sampler = createSampler({ kind: "traceidratio", ratio: 0.5 });
  for (const parent of [true, false, undefined]) {
    assert.ok(sampler.shouldSample(0, 0, 0, 1, parent));
    assert.ok(!sampler.shouldSample(0, 0, 0, 0xffff_ffff, parent));
  }
});

test("a ratio under a parent follows the parent, and decides for a root", () => {
  const sampler = createSampler({ kind: "parentbased_traceidratio", ratio: 0.5 });
  assert.ok(sampler.shouldSample(0, 0, 0, 0xffff_ffff, true));
  assert.ok(!sampler.shouldSample(0, 0, 0, 1, false));
  assert.ok(sampler.shouldSample(0, 0, 0, 1, undefined));
  assert.ok(!sampler.shouldSample(0, 0, 0, 0xffff_ffff, undefined));
});
