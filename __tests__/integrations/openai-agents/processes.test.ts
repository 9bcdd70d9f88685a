// What takes a process of its own: other environments, memory, packages that are there twice, and a
// context manager that is somebody else's.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { spanTree } from "../../../js/testing/tree.js";
import type { DecodedSpan } from "../../support/otlp.js";
import { AGENTS_SDKS } from "../../support/sdks.js";
import { runApp } from "./programs.js";

const ONE_RUN = `
  const tracing = await start();
  await new Promise((resolve) => setImmediate(resolve));
  await agents.run(helper(), "Hello");
  await tracing.shutdown();
`;

for (const version of AGENTS_SDKS) {
  describe(version, () => {
    test("the SDK's own copy of openai is traced without being named", async () => {
      const { spans } = await runApp(
        version,
        ONE_RUN.replace("await new", "await agents.run(helper(), 'Warm up'); await new"),
      );
      const calls = spans.filter(({ name }) => name === "OpenAI Responses");
      assert.ok(calls.length > 0, spanTree(spans));
      assert.equal(calls.at(-1)?.attributes["llm.request.model_name"], "gpt-4o-mini");
    });

    for (const [variable, value] of [
      ["OPENAI_AGENTS_DISABLE_TRACING", "1"],
      ["NODE_ENV", "test"],
    ] as const) {
      test(`${variable}=${value} leaves the calls of the client alone`, async () => {
        const { spans } = await runApp(version, ONE_RUN, { env: { [variable]: value } });
        const names = new Set(spans.map(({ name }) => name));
        assert.deepEqual(
          [...names].filter((name) => name !== "OpenAI Responses"),
          [],
        );
      });
    }

    test("spans nest where the context manager is another one", async () => {
      const { spans } = await runApp(
        version,
        `
        import { context } from "@opentelemetry/api";
        import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
        context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
        const tracing = await start();
        const tools = [dig(async () => await manualSpan({ spanName: "query" }, async () => "gold"))];
        await agentSpan({ agentName: "Around" }, async () => {
          await agents.run(helper({ tools }), "Please dig");
        });
        await tracing.shutdown();`,
      );
      const parents = parentsOf(spans);
      assert.equal(parents.get("query"), "dig");
      assert.equal(parents.get("Helper"), version === "agents-0.20" ? "task" : "Around.run");
      assert.doesNotMatch(spanTree(spans), /orphan/);
    });

    test("two thousand runs leave no memory behind, however they end", async () => {
      const { stdout } = await runApp(
        version,
        `
        const usage = {
          requests: 1, inputTokens: 1, outputTokens: 1, totalTokens: 2,
          inputTokensDetails: [], outputTokensDetails: [],
        };
        const said = { type: "message", role: "assistant", status: "completed", id: "m",
          content: [{ type: "output_text", text: "hi" }] };
        const model = { getResponse: async () => ({ usage, output: [said], responseId: "r" }) };
        const broken = { getResponse: async () => { throw new Error("broken"); } };
        const tracing = await start();
        const round = async () => {
          await agents.run(helper({ model }), "Hello");
          await agents.run(helper({ model: broken }), "Hello").catch(() => {});
          await agents.withTrace("rejects", async () => {
            await agents.run(helper({ model }), "Hello");
            throw new Error("no");
          }).catch(() => {});
          await new Promise((resolve) => setImmediate(resolve));
        };
        const heap = async () => {
          await tracing.flush();
          for (let turn = 0; turn < 3; turn += 1) {
            gc();
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          return process.memoryUsage().heapUsed / 2 ** 20;
        };
        for (let count = 0; count < 150; count += 1) await round();
        const before = await heap();
        for (let count = 0; count < 667; count += 1) await round();
        const after = await heap();
        const { open, faults } = tracing.stats();
        console.log(JSON.stringify({ grown: after - before, open, faults }));`,
        { runtimeArgs: ["--expose-gc"] },
      );
      const { grown, open, faults } = JSON.parse(stdout) as Record<string, number>;
      assert.equal(faults, 0);
      // In 0.1 the end of a trace that rejects shows only when the trace has been collected.
      assert.ok(Number(open) <= (version === "agents-0.1" ? 2 : 0), stdout);
      assert.ok(Number(grown) < GROWTH_MIB, stdout);
    });
  });
}

/** A kilobyte for each run would be more. */
const GROWTH_MIB = 2;

function parentsOf(spans: readonly DecodedSpan[]): Map<string, string | undefined> {
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  return new Map(spans.map(({ name, parentSpanId }) => [name, names.get(parentSpanId)]));
}
