// Which of the two ideas of what is active a span of the SDK's belongs under.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ROOT_CONTEXT } from "@opentelemetry/api";

import { chooseParent } from "../../../js/integrations/openai-agents/parent.js";

const KEY = Symbol("named");
const active = ROOT_CONTEXT.setValue(KEY, "active");
const sdkContext = ROOT_CONTEXT.setValue(KEY, "sdk");

const CASES: readonly [string, { enteredAt: unknown; sdkParent: unknown }, string][] = [
  [
    "a context that was entered inside the SDK's parent",
    { enteredAt: "s-2", sdkParent: "s-2" },
    "active",
  ],
  ["a context from before the SDK's parent began", { enteredAt: "s-1", sdkParent: "s-2" }, "sdk"],
  ["a context from outside of the SDK", { enteredAt: undefined, sdkParent: "s-1" }, "sdk"],
  ["a context of another trace of the SDK's", { enteredAt: "t-1", sdkParent: "t-2" }, "sdk"],
];

for (const [what, { enteredAt, sdkParent }, expected] of CASES) {
  test(`with ${what} the parent is the ${expected} one`, () => {
    const parent = chooseParent({ active, enteredAt, sdkParent, sdkContext });
    assert.equal(parent.getValue(KEY), expected);
  });
}
