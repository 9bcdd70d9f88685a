// Calls that are under way when the process ends: their spans arrive with what had been heard.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startCollector } from "../../support/collector.js";
import { chat } from "../../support/model-server/chat.js";
import { faults } from "../../support/model-server/faults.js";
import { startModelServer } from "../../support/model-server/server.js";
import { OPENAI_SDKS, sdk } from "../../support/sdks.js";
import { runProgram, type ProgramResult } from "../../support/subprocess.js";
import { STORY } from "./behaviours.js";

const STREAMED = `{ model: "m", messages: [{ role: "user", content: "Hi" }], stream: true }`;
const ASKED = STREAMED.replace("stream: true", "stream: false");

interface Ended extends ProgramResult {
  readonly spans: readonly string[];
}

/** Runs a program that has a `client`, against a server whose streams stop halfway. */
async function run(name: (typeof OPENAI_SDKS)[number], body: string): Promise<Ended> {
  await using collector = await startCollector();
  await using server = await startModelServer();
  server.reply(faults.cut(chat.text(STORY), { after: 4, how: "hang" }));
  const program = `
    import { setup } from "catalyst-tracing";
    import { instrumentOpenAI } from "catalyst-tracing/openai";
    import OpenAI from ${JSON.stringify(await sdk(name).esmUrl())};
    await setup({ endpoint: ${JSON.stringify(collector.url)}, autoInstrument: false });
    instrumentOpenAI(OpenAI);
    const client = new OpenAI({ apiKey: "key", baseURL: ${JSON.stringify(server.url)} });
    ${body}`;
  const result = await runProgram(program);
  assert.deepEqual(collector.problems, []);
  return { ...result, spans: collector.spans.map((span) => span.name) };
}

for (const name of OPENAI_SDKS) {
  test(`a stream of ${name} that is read when the process exits has a span`, async () => {
    const { code, stderr, spans } = await run(
      name,
      `for await (const chunk of await client.chat.completions.create(${STREAMED})) {
         if (chunk.choices[0].delta.content?.includes("upon")) process.exit(3);
       }`,
    );
    assert.deepEqual([code, stderr, spans], [3, "", ["OpenAI Chat Completions"]]);
  });

  test(`an answer of ${name} that is not read when the process exits has a span`, async () => {
    const { code, spans } = await run(
      name,
      `const promise = client.chat.completions.create(${ASKED});
       promise.responsePromise.then(() => setTimeout(() => process.exit(0), 1));`,
    );
    assert.deepEqual([code, spans], [0, ["OpenAI Chat Completions"]]);
  });

  test(`an uncaught error in a loop over a stream of ${name} leaves a span`, async () => {
    const { code, stderr, spans } = await run(
      name,
      `for await (const chunk of await client.chat.completions.create(${STREAMED})) {
         throw new Error("of the app: " + typeof chunk);
       }`,
    );
    assert.equal(code, 1);
    assert.match(stderr, /of the app: object/);
    assert.deepEqual(spans, ["OpenAI Chat Completions"]);
  });
}

test("a call that has no answer when the process exits has a span", async () => {
  const { code, spans } = await run(
    "openai-6",
    `const fetch = () => new Promise(() => process.exit(5));
     await new OpenAI({ apiKey: "key", fetch }).chat.completions.create(${ASKED});`,
  );
  assert.deepEqual([code, spans], [5, ["OpenAI Chat Completions"]]);
});

test("a call that is open keeps no process alive longer than the SDK does", async () => {
  const { code, spans } = await run(
    "openai-6",
    `client.chat.completions.create(${ASKED}).asResponse().then((response) => response.body.cancel());`,
  );
  assert.deepEqual([code, spans], [0, ["OpenAI Chat Completions"]]);
});
