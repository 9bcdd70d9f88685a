// Where an app enters no context, its runs do not either, which would cost every `await` of the
// process; and they are recorded as where one has been entered before.

import assert from "node:assert/strict";
import { test } from "node:test";

import { spanTree } from "../../../js/testing/tree.js";
import type { DecodedSpan } from "../../support/otlp.js";
import { AGENTS_SDKS } from "../../support/sdks.js";
import { runApp } from "./programs.js";

/** The first version keeps its storage to itself. */
const SHARED = AGENTS_SDKS.filter((version) => version !== "agents-0.1");

const RUNS = `
  const whole = (agent, question, options) => agents.run(agent, question, options);
  const streamed = async (agent, question) => {
    const result = await agents.run(agent, question, { stream: true });
    for await (const event of result);
    await result.completed;
  };`;

for (const version of SHARED) {
  test(`${version}: runs enter no context where nobody could see it, and keep apart`, async () => {
    const { spans, stdout } = await runApp(
      version,
      `import { AsyncLocalStorage } from "node:async_hooks";
      const tracing = await start();
      let entered = 0;
      const { run } = AsyncLocalStorage.prototype;
      AsyncLocalStorage.prototype.run = function (store, ...rest) {
        if (typeof store?.getValue === "function") entered += 1;
        return run.call(this, store, ...rest);
      };
      ${RUNS}
      const digger = helper({ tools: [dig(async () => "gold")] });
      const questions = ["Please dig here", "Please dig there", "Please dig everywhere"];
      await Promise.all(questions.flatMap((one) => [
        whole(digger, one), streamed(digger, "Now: " + one),
        whole(digger, "In vain: " + one, { maxTurns: 1 }).catch(() => undefined),
      ]));
      await tracing.shutdown();
      console.log(entered);`,
    );
    assert.equal(stdout.trim(), "0");
    const inputs = spans
      .filter(({ attributes }) => attributes["openai.agents.span_type"] === "agent")
      .map(({ attributes }) => String(attributes["input.value"]));
    const asked = ["Please dig here", "Please dig there", "Please dig everywhere"].flatMap(
      (question) => [question, `Now: ${question}`, `In vain: ${question}`],
    );
    assert.deepEqual(new Set(inputs), new Set(asked));
    assert.equal(inputs.length, asked.length);
    assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, asked.length);
  });
}

/** Runs that fail, traces of the app's in runs, and runs in tools, next to one another. */
const MIXED = `
  ${RUNS}
  const inner = helper({ name: "Inner" });
  const within = dig(async () => {
    await agents.withTrace("Within", async () => await agents.run(inner, "Inside"));
    await agents.withTrace("Never ends", async () => { throw new Error("lost"); }).catch(() => undefined);
    return "gold";
  });
  const below = dig(async () => (await agents.run(inner, "Below")).finalOutput);
  const own = dig(async () => {
    await agentSpan({ agentId: "a-1" }, async () => await agents.run(inner, "In a span"));
    return await manualSpan({ spanName: "own" }, async () => "gold");
  });
  const broken = dig(async () => { throw new Error("broken"); });
  await agents.run(helper(), "Open");
  for (const tool of [broken, within, below, own]) {
    const agent = helper({ tools: [tool] });
    await Promise.all([
      whole(agent, "Please dig"), streamed(agent, "Please dig"),
      whole(agent, "Please dig", { maxTurns: 1 }).catch(() => undefined),
    ]);
  }
  const secret = new agents.Runner({ traceIncludeSensitiveData: false });
  await secret.run(helper(), "Secret");`;

for (const version of AGENTS_SDKS) {
  test(`${version}: runs give the same spans whether or not a context was entered before`, async () => {
    const before = `await manualSpan({ spanName: "before" }, () => undefined);`;
    const of = async (first: string): Promise<string[]> => {
      const body = `const tracing = await start(); ${first} ${MIXED} await tracing.shutdown();`;
      const { spans } = await runApp(version, body);
      return told(spans.filter(({ name }) => name !== "before"));
    };
    const [plain, entered] = await Promise.all([of(""), of(before)]);
    assert.ok(plain.length > 10);
    assert.deepEqual(plain, entered);
  });
}

/** Trees and inputs, trace by trace. */
function told(spans: readonly DecodedSpan[]): string[] {
  const traces = [...new Set(spans.map(({ traceId }) => traceId))];
  return traces
    .map((trace) => {
      const all = spans.filter(({ traceId }) => traceId === trace);
      const inputs = all.map(
        ({ name, attributes }) => `${name}: ${String(attributes["input.value"])}`,
      );
      return [spanTree(all), ...inputs.sort()].join("\n");
    })
    .sort();
}
