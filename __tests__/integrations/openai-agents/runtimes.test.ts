// A run of agents on every runtime that is here, and in an app's own test.

import assert from "node:assert/strict";
import { test } from "node:test";

import { spanTree } from "../../../js/testing/tree.js";
import { findBun, findDeno } from "../../support/node-versions.js";
import { AGENTS_SDKS } from "../../support/sdks.js";
import { runApp } from "./programs.js";
import { expectedTree } from "./trees.js";

const WORK = `
  const tools = [dig(async () => await manualSpan({ spanName: "query" }, async () => "gold"))];
  const finder = helper({ name: "Finder", tools });
  const front = helper({ name: "Front", handoffs: [finder] });
  const question = "Please transfer to the finder and dig";
  await agents.run(front, question);
  await agentSpan({ agentName: "Around" }, async () => {
    const result = await agents.run(front, question, { stream: true });
    for await (const _ of result);
    await result.completed;
  });
`;

for (const runtime of [findBun(), findDeno()]) {
  if ("skipped" in runtime) {
    test("a runtime that is not here", { skip: runtime.skipped }, () => {});
    continue;
  }
  const { name, version } = runtime;
  test(`${name} ${version}: runs of agents give their trees`, async () => {
    const { spans } = await runApp(
      "agents-0.20",
      `const tracing = await start(); ${WORK} await tracing.shutdown();`,
      { runtime: name },
    );
    assert.equal(spanTree(spans), expectedTree("app", "agents-0.20"));
  });
}

for (const version of AGENTS_SDKS) {
  // As test runners set it. The SDK then makes no spans unless it is told to.
  for (const env of [{}, { NODE_ENV: "test" }]) {
    const [set = "without NODE_ENV"] = Object.entries(env).map((pair) => pair.join("="));
    test(`${version}: an app's test sees the trees of its runs, ${set}`, async () => {
      const { stdout, spans } = await runApp(
        version,
        `
        import { createTestTracing } from "catalyst-tracing/testing";
        const tracing = await createTestTracing();
        instrumentOpenAIAgents(agents);
        agents.setTraceProcessors([]);
        if (process.env.NODE_ENV === "test") agents.setTracingDisabled(false);
        ${WORK}
        console.log(JSON.stringify(tracing.tree()));
        await tracing.shutdown();`,
        { env },
      );
      assert.equal(JSON.parse(stdout), expectedTree("app", version));
      assert.deepEqual(spans, []);
    });
  }
}
