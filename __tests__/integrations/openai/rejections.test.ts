// Calls that fail: the process hears of a rejection that nobody handles when it would without tracing,
// and only then.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startCollector } from "../../support/collector.js";
import { faults } from "../../support/model-server/faults.js";
import { startModelServer } from "../../support/model-server/server.js";
import { OPENAI_SDKS, sdk } from "../../support/sdks.js";
import { runProgram } from "../../support/subprocess.js";

const ASKED = `{ model: "m", messages: [{ role: "user", content: "Hi" }] }`;
const CREATE = `client.chat.completions.create(${ASKED})`;
const EMBED = `client.embeddings.create({ model: "m", input: "Hi" })`;
const CAUGHT = `(error) => say("caught", error)`;

/** Uses of a client whose calls are refused, and the first thing that the process hears of each. */
const USES: readonly (readonly [use: string, heard: string])[] = [
  [`void ${CREATE};`, "unhandled 400"],
  [`try { await ${CREATE}; } catch (error) { say("caught", error); }`, "caught 400"],
  [
    `const late = ${CREATE}; await heard(); try { await late; } catch (error) { say("late", error); }`,
    "unhandled 400",
  ],
  [`const late = ${CREATE}; await heard(); late.asResponse().catch(${CAUGHT});`, "unhandled 400"],
  [`${CREATE}.catch(${CAUGHT});`, "caught 400"],
  [`${CREATE}.then(() => say("answered"));`, "unhandled 400"],
  [`${CREATE}.finally(() => say("finally")).catch(${CAUGHT});`, "finally"],
  [`${CREATE}.asResponse().catch(${CAUGHT});`, "caught 400"],
  [`void ${CREATE}.asResponse();`, "unhandled 400"],
  [`${CREATE}.withResponse().catch(${CAUGHT});`, "caught 400"],
  [`${CREATE}._thenUnwrap((answer) => answer);`, "unhandled 400"],
  [`${CREATE}._thenUnwrap((answer) => answer).catch(${CAUGHT});`, "caught 400"],
  [`void ${EMBED};`, "unhandled 400"],
  [`${EMBED}.catch(${CAUGHT});`, "caught 400"],
  [
    `const both = await Promise.allSettled([${CREATE}, ${CREATE}]); say(both[1].status);`,
    "rejected",
  ],
  [
    `const { completions } = client.beta.chat ?? client.chat;
     completions.stream(${ASKED}).on("error", (error) => say("error", error));`,
    "error 400",
  ],
];

/** What a program hears that makes all of them, one after the other. */
async function hears(openai: string, isTraced: boolean): Promise<string[]> {
  await using collector = await startCollector();
  await using server = await startModelServer({ script: faults.status(400) });
  const { code, stdout, stderr } = await runProgram(`
    import { setup } from "catalyst-tracing";
    import { instrumentOpenAI } from "catalyst-tracing/openai";
    import OpenAI from ${JSON.stringify(openai)};
    await setup({ endpoint: ${JSON.stringify(collector.url)}, autoInstrument: false });
    if (${String(isTraced)}) instrumentOpenAI(OpenAI);
    let said = [];
    const say = (what, error) => said.push([what, error?.status].filter(Boolean).join(" "));
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const heard = async () => { while (said.length === 0) await turn(); };
    process.on("unhandledRejection", (error) => say("unhandled", error));
    process.on("rejectionHandled", () => say("handled after all"));
    const client = new OpenAI({ apiKey: "k", baseURL: ${JSON.stringify(server.url)}, maxRetries: 0 });
    const uses = [${USES.map(([use]) => `async () => { ${use} }`).join(",\n")}];
    for (const use of uses) {
      await use();
      await heard();
      for (let i = 0; i < 5; i++) await turn();
      console.log(said.join(", "));
      said = [];
    }`);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(collector.spans.length > 0, isTraced);
  return stdout.trim().split("\n");
}

for (const name of OPENAI_SDKS) {
  test(`a call of ${name} that fails is reported as unhandled when it is without tracing`, async () => {
    const openai = await sdk(name).esmUrl();
    const [without, traced] = [await hears(openai, false), await hears(openai, true)];
    assert.deepEqual(traced, without);
    for (const [index, [use, heard]] of USES.entries()) {
      assert.ok(traced[index]?.startsWith(heard), `${use}: ${traced[index]}`);
    }
  });
}

test("a call that fails and that nobody awaits ends a process that handles no rejections", async () => {
  await using collector = await startCollector();
  await using server = await startModelServer({ script: faults.status(400) });
  const { code, stderr } = await runProgram(`
    import { setup } from "catalyst-tracing";
    import OpenAI from ${JSON.stringify(await sdk("openai-6").esmUrl())};
    await setup({ endpoint: ${JSON.stringify(collector.url)}, modules: { openai: OpenAI } });
    const client = new OpenAI({ apiKey: "k", baseURL: ${JSON.stringify(server.url)}, maxRetries: 0 });
    void ${CREATE};
    setInterval(() => {}, 1000);`);
  assert.equal(code, 1);
  assert.match(stderr, /BadRequestError: 400/);
  const names = collector.spans.map((span) => span.name);
  assert.deepEqual(names, ["OpenAI Chat Completions"]);
});
