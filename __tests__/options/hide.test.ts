// What is hidden: each flag in code before its variable, and nothing by mistake.

import assert from "node:assert/strict";
import { test } from "node:test";

import { sameOptions } from "../../js/options.js";
import { shownSettings } from "../../js/options/shown.js";
import { assertRefused, resolving } from "./resolving.js";

const FLAGS: readonly [flag: string, variable: string][] = [
  ["inputs", "OPENINFERENCE_HIDE_INPUTS"],
  ["outputs", "OPENINFERENCE_HIDE_OUTPUTS"],
  ["inputMessages", "OPENINFERENCE_HIDE_INPUT_MESSAGES"],
  ["outputMessages", "OPENINFERENCE_HIDE_OUTPUT_MESSAGES"],
  ["inputImages", "OPENINFERENCE_HIDE_INPUT_IMAGES"],
  ["inputText", "OPENINFERENCE_HIDE_INPUT_TEXT"],
  ["outputText", "OPENINFERENCE_HIDE_OUTPUT_TEXT"],
  ["prompts", "OPENINFERENCE_HIDE_PROMPTS"],
  ["choices", "OPENINFERENCE_HIDE_CHOICES"],
  ["llmTools", "OPENINFERENCE_HIDE_LLM_TOOLS"],
  ["llmInvocationParameters", "OPENINFERENCE_HIDE_LLM_INVOCATION_PARAMETERS"],
  ["embeddingsVectors", "OPENINFERENCE_HIDE_EMBEDDINGS_VECTORS"],
  ["embeddingsVectors", "OPENINFERENCE_HIDE_EMBEDDING_VECTORS"],
  ["embeddingsText", "OPENINFERENCE_HIDE_EMBEDDINGS_TEXT"],
];

/** The names of the flags that are on. */
function hidden(options: unknown, env: NodeJS.ProcessEnv = {}): string[] {
  const { hide } = resolving(options, env).options;
  return Object.entries(hide).flatMap(([name, value]) => (value === true ? [name] : []));
}

test("nothing is hidden by default, and no image is too long", () => {
  assert.deepEqual(hidden({}), []);
  assert.equal(resolving().options.hide.base64ImageMaxLength, null);
});

for (const [flag, variable] of FLAGS) {
  test(`${variable} sets ${flag} alone, and code overrules it`, () => {
    assert.deepEqual(hidden({}, { [variable]: "TRUE" }), [flag]);
    assert.deepEqual(hidden({ hide: { [flag]: true } }), [flag]);
    assert.deepEqual(hidden({ hide: { [flag]: false } }, { [variable]: "true" }), []);
    assert.deepEqual(hidden({ hide: { [flag]: undefined } }, { [variable]: "true" }), [flag]);
    assert.deepEqual(hidden({}, { [variable]: "false" }), []);
  });
}

test("what code says of one flag leaves the others to the environment", () => {
  const env = { OPENINFERENCE_HIDE_OUTPUTS: "true", OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH: "7" };
  assert.deepEqual(hidden({ hide: { inputs: true } }, env), ["inputs", "outputs"]);
  assert.equal(resolving({ hide: {} }, env).options.hide.base64ImageMaxLength, 7);
});

test("true hides everything and false nothing, whatever the environment says", () => {
  const names = [...new Set(FLAGS.map(([flag]) => flag))];
  assert.deepEqual(hidden({ hide: true }, { OPENINFERENCE_HIDE_INPUTS: "false" }), names);
  const env = { OPENINFERENCE_HIDE_INPUTS: "true", OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH: "7" };
  assert.deepEqual(hidden({ hide: false }, env), []);
  assert.equal(resolving({ hide: false }, env).options.hide.base64ImageMaxLength, null);
});

test("the new name of a variable comes before the old one", () => {
  const env = {
    OPENINFERENCE_HIDE_EMBEDDINGS_VECTORS: "false",
    OPENINFERENCE_HIDE_EMBEDDING_VECTORS: "true",
  };
  assert.deepEqual(hidden({}, env), []);
});

test("a length is taken from code, else from the variable", () => {
  const env = { OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH: "100" };
  const length = (options: unknown): number | null =>
    resolving(options, env).options.hide.base64ImageMaxLength;
  assert.equal(length({}), 100);
  assert.equal(length({ hide: { base64ImageMaxLength: 5 } }), 5);
  assert.equal(length({ hide: { base64ImageMaxLength: null } }), null);
});

test("a variable with a word that nobody knows hides, and says so", () => {
  const { options, warnings } = resolving({}, { OPENINFERENCE_HIDE_INPUTS: "ture" });
  assert.equal(options.hide.inputs, true);
  assert.deepEqual(warnings, [
    'OPENINFERENCE_HIDE_INPUTS is "ture" (string); it takes true or false. It is taken for true.',
  ]);
});

test("a length that is no number becomes OpenInference's usual one, and says so", () => {
  const env = { OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH: "many" };
  const { options, warnings } = resolving({}, env);
  assert.equal(options.hide.base64ImageMaxLength, 32_000);
  assert.match(warnings.join(), /^OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH .* taken for 32000\.$/);
});

test("a variable that does not exist warns and names the nearest", () => {
  const { warnings } = resolving({}, { OPENINFERENCE_HIDE_INPUT: "true" });
  assert.match(warnings.join(), /OPENINFERENCE_HIDE_INPUT is set, .*HIDE_INPUTS"\?$/);
});

const refused: readonly [hide: unknown, message: RegExp][] = [
  ["inputs", /option "hide" is "inputs" \(string\); it takes true, false, or an object of flags/],
  [["inputs"], /option "hide" is .*; it takes true, false, or an object/],
  [{ inputs: "yes" }, /option "hide\.inputs" is "yes" \(string\); it takes true or false\./],
  [
    { base64ImageMaxLength: -1 },
    /"hide\.base64ImageMaxLength" is -1 .*a whole number of characters/,
  ],
];
for (const [hide, message] of refused) {
  test(`${JSON.stringify(hide)} is refused`, () => {
    assertRefused({ hide }, "ERR_INVALID_OPTION", message);
  });
}

test("a misspelt flag is refused and not ignored", () => {
  assertRefused(
    { hide: { input: true } },
    "ERR_UNKNOWN_OPTION",
    'setup(): there is no option "hide.input". Did you mean "inputs"?',
  );
});

test("pipelines that hide differently are not the same", () => {
  const base = resolving().options;
  assert.ok(sameOptions(base, resolving({ hide: false }).options));
  assert.ok(!sameOptions(base, resolving({ hide: { inputs: true } }).options));
  assert.ok(Object.isFrozen(base.hide));
});

test("what is hidden is shown, and where that comes from", () => {
  const shown = (resolution: ReturnType<typeof resolving>): unknown =>
    shownSettings(resolution).find(({ name }) => name === "hide");
  assert.deepEqual(shown(resolving()), { name: "hide", value: "nothing", source: "default" });
  const env = { OPENINFERENCE_HIDE_LLM_TOOLS: "1", OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH: "9" };
  assert.deepEqual(shown(resolving({ hide: { inputs: true } }, env)), {
    name: "hide",
    value: "inputs, llmTools, base64 images of more than 9 characters",
    source: "option, OPENINFERENCE_HIDE_LLM_TOOLS, OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH",
  });
});
