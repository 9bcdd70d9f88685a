// Privacy by the environment alone: an app without a line of ours, and OpenInference's variables.

import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { createApp, LISTS_SDK } from "../integrations/loading/apps.js";
import { type Collector, startCollector } from "../support/collector.js";
import { chat } from "../support/model-server/chat.js";
import { startModelServer } from "../support/model-server/server.js";
import { sdk } from "../support/sdks.js";

const QUESTION = "zebra question orchid";
const ANSWER = "zebra answer orchid";

const APP = `
import OpenAI from "openai";
const client = new OpenAI();
const messages = [{ role: "user", content: "${QUESTION}" }];
const { choices } = await client.chat.completions.create({ model: "gpt-4o-mini", messages });
console.log(choices[0].message.content);
`;

/** Runs the app with these variables; what it prints has to be what it prints without us. */
async function run(
  variables: Readonly<Record<string, string>>,
  check: (collector: Collector, stderr: string) => void,
): Promise<void> {
  await using collector = await startCollector();
  await using server = await startModelServer();
  server.reply(chat.text(ANSWER));
  await using app = await createApp({ "package.json": LISTS_SDK, "app.mjs": APP });
  const openai = join(sdk("openai-7").folder, "node_modules", "openai");
  await symlink(openai, join(app.folder, "node_modules", "openai"), "junction");
  const { stdout, stderr, code } = await app.run("app.mjs", {
    runtimeArgs: ["--import", "catalyst-tracing/register"],
    env: {
      CATALYST_OTLP_ENDPOINT: collector.url,
      OPENAI_API_KEY: "key",
      OPENAI_BASE_URL: server.url,
      ...variables,
    },
  });
  assert.deepEqual({ stdout, code }, { stdout: `${ANSWER}\n`, code: 0 }, stderr);
  assert.equal(collector.spans.length, 1);
  check(collector, stderr);
}

function has(collector: Collector, text: string): boolean {
  return collector.requests.some(({ body }) => body.includes(text));
}

const rows: [variables: Record<string, string>, question: boolean, answer: boolean][] = [
  [{}, true, true],
  [{ OPENINFERENCE_HIDE_INPUTS: "true" }, false, true],
  [{ OPENINFERENCE_HIDE_OUTPUT_TEXT: "1" }, true, false],
  [{ OPENINFERENCE_HIDE_INPUTS: "true", OPENINFERENCE_HIDE_OUTPUTS: "TRUE" }, false, false],
  [{ OPENINFERENCE_HIDE_INPUTS: "false", OPENINFERENCE_HIDE_CHOICES: "true" }, true, true],
];
for (const [variables, question, answer] of rows) {
  const names = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  test(`a call of openai sends what ${names.join(" ") || "no variable"} leaves of it`, async () => {
    await run(variables, (collector, stderr) => {
      assert.equal(stderr, "");
      assert.deepEqual([has(collector, QUESTION), has(collector, ANSWER)], [question, answer]);
    });
  });
}

test("a variable with a word that nobody knows hides, and a misspelt one is told", async () => {
  const variables = { OPENINFERENCE_HIDE_INPUTS: "ja", OPENINFERENCE_HIDE_OUTPUT: "true" };
  await run(variables, (collector, stderr) => {
    assert.deepEqual([has(collector, QUESTION), has(collector, ANSWER)], [false, true]);
    assert.match(stderr, /OPENINFERENCE_HIDE_INPUTS is "ja".*taken for true/);
    assert.match(
      stderr,
      /OPENINFERENCE_HIDE_OUTPUT is set.*Did you mean "OPENINFERENCE_HIDE_OUTPUTS"/,
    );
  });
});
