import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused, refusal, resolving } from "./resolving.js";

test("modules may be classes and namespaces, and nothing else", () => {
  assert.doesNotThrow(() => resolving({ modules: { openai: {}, openaiAgents: class {} } }));
  assert.deepEqual(resolving({ modules: { openai: undefined } }).options.modules, {});
  assertRefused(
    { modules: { openai: "openai" } },
    "ERR_INVALID_OPTION",
    /option "modules\.openai" is "openai"/,
  );
  assertRefused({ modules: [] }, "ERR_INVALID_OPTION", /option "modules" is an array/);
});

test("a misspelt module is answered with the right name", () => {
  assert.match(
    refusal({ modules: { openAI: {} } }).message,
    /no module "openAI". Did you mean "openai"\?$/,
  );
});

test("a module that a later version instruments warns and is let through", () => {
  const { warnings } = resolving({ modules: { anthropic: class {} } });
  assert.match(warnings.join(), /^modules\.anthropic: this version does not instrument that SDK/);
});
