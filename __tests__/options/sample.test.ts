// How `sample` is read.

import assert from "node:assert/strict";
import { test } from "node:test";

import { sameOptions } from "../../js/options.js";
import { shownSettings } from "../../js/options/shown.js";
import { assertRefused, resolving } from "./resolving.js";

const NOTHING_ELSE = {
  keepErrors: false,
  keepSlowerThanMs: null,
  keepCostAboveUsd: null,
  keep: {},
  decideAfterMs: 600_000,
};

const accepted: [given: unknown, resolved: object | null][] = [
  [undefined, null],
  [1, null],
  [{ ratio: 1, keepErrors: true }, null],
  [0.1, { ...NOTHING_ELSE, ratio: 0.1 }],
  [0, { ...NOTHING_ELSE, ratio: 0 }],
  [
    { ratio: 0.5, keepErrors: true },
    { ...NOTHING_ELSE, ratio: 0.5, keepErrors: true },
  ],
  [
    { ratio: 0, keepSlowerThanMs: 5000, keepCostAboveUsd: 0.5, decideAfterMs: 1000 },
    {
      ...NOTHING_ELSE,
      ratio: 0,
      keepSlowerThanMs: 5000,
      keepCostAboveUsd: 0.5,
      decideAfterMs: 1000,
    },
  ],
  [
    { ratio: 0, keep: { "agent.id": ["a", "b"], vip: true, n: 7 } },
    { ...NOTHING_ELSE, ratio: 0, keep: { "agent.id": ["a", "b"], vip: [true], n: [7] } },
  ],
];
for (const [given, resolved] of accepted) {
  test(`sample: ${JSON.stringify(given)} is understood`, () => {
    const { options, sources } = resolving({ sample: given });
    assert.deepEqual(JSON.parse(JSON.stringify(options.sample)), resolved);
    assert.equal(sources["sample"], given === undefined ? "default" : "option");
  });
}

const refused: [given: unknown, message: RegExp][] = [
  [2, /option "sample" is 2 \(number\); it takes the share of traces to keep, such as 0\.1, or/],
  ["0.1", /option "sample" is "0\.1" \(string\)/],
  [Number.NaN, /option "sample" is NaN/],
  [true, /option "sample" is true/],
  [
    {},
    /option "sample\.ratio" is undefined.*it takes a number from 0 to 1, such as 0\.1: the share/,
  ],
  [{ keepErrors: true }, /option "sample\.ratio" is undefined/],
  [{ ratio: -0.1 }, /option "sample\.ratio" is -0\.1/],
  [
    { ratio: 0, keepErrors: "yes" },
    /"sample\.keepErrors" is "yes" \(string\); it takes true or false/,
  ],
  [{ ratio: 0, keepSlowerThanMs: 0 }, /"sample\.keepSlowerThanMs" is 0/],
  [{ ratio: 0, decideAfterMs: 1.5 }, /"sample\.decideAfterMs" is 1\.5/],
  [{ ratio: 0, keepCostAboveUsd: -1 }, /"sample\.keepCostAboveUsd" is -1/],
  [{ ratio: 0, keep: ["a"] }, /"sample\.keep" .*it takes values by attribute/],
  [{ ratio: 0, keep: { a: [] } }, /"sample\.keep\.a"/],
  [{ ratio: 0, keep: { a: { b: 1 } } }, /"sample\.keep\.a"/],
  [{ ratio: 0, keep: { a: ["x", null] } }, /"sample\.keep\.a"/],
  [{ ratio: 0, keep: { a: [undefined] } }, /"sample\.keep\.a"/],
];
for (const [given, message] of refused) {
  test(`sample: ${JSON.stringify(given)} is refused: ${message.source}`, () => {
    assertRefused({ sample: given }, "ERR_INVALID_OPTION", message);
  });
}

test("a rule that does not exist is answered with the one that was meant", () => {
  const message =
    /option "sample" has no field "keepSlowerThan"\. Did you mean "keepSlowerThanMs"\?$/;
  assertRefused({ sample: { ratio: 0, keepSlowerThan: 5 } }, "ERR_UNKNOWN_OPTION", message);
});

test("options with other rules are others, and the rules are shown", () => {
  const keep = { "agent.id": ["a", "b"] };
  const sample = {
    ratio: 0.1,
    keepErrors: true,
    keepSlowerThanMs: 5000,
    keepCostAboveUsd: 1,
    keep,
  };
  const sampled = resolving({ sample });
  assert.ok(!sameOptions(sampled.options, resolving().options));
  assert.ok(
    sameOptions(sampled.options, resolving({ sample: { ...sample, keep: { ...keep } } }).options),
  );
  const shown = [resolving(), sampled].map(
    (resolution) => shownSettings(resolution).find(({ name }) => name === "sample")?.value,
  );
  const rules = "0.1 of all traces, errors, slower than 5000 ms, dearer than $1, agent.id a or b";
  assert.deepEqual(shown, ["none", rules]);
});
