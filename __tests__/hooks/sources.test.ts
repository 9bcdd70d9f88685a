// Where the spans of a finished trace come from: SDKs that are traced, and another provider whose
// spans are sent through this package.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { agentSpan, type FinishedTrace, manualSpan } from "catalyst-tracing";
import { CatalystSpanProcessor } from "catalyst-tracing/otel";

import { traced } from "../capture/traced.js";
import { clearApi, registered, SDKS } from "../coexistence/providers.js";
import { tracedRuns } from "../integrations/openai-agents/round.js";
import { SCENARIOS } from "../integrations/openai-agents/scenarios.js";
import { spanTree } from "../../js/testing/tree.js";

for (const api of ["responses", "chat_completions"] as const) {
  test(`a run of the Agents SDK over ${api} is one trace with its tokens, tools and handoffs`, async () => {
    const told: FinishedTrace[] = [];
    await tracedRuns(
      "agents-0.20",
      async (round) => {
        round.tracing.onTrace((finished) => told.push(finished));
        const go = round.agents.run.bind(round.agents);
        await SCENARIOS["tool-and-handoff"]?.({ ...round, go });
        const arrived = await round.delivered();
        const [finished, ...others] = told;
        assert.ok(finished !== undefined);
        assert.deepEqual(others, []);
        assert.equal(finished.spans.length, arrived.length);
        assert.equal(finished.tree({ tokens: true }), spanTree(arrived, { tokens: true }));
        assert.deepEqual(finished.agents, ["Triage", "Refunds"]);
        assert.deepEqual(finished.handoffs, [{ from: "Triage", to: "Refunds" }]);
        assert.deepEqual(finished.toolCalls, [{ name: "refund", count: 1, errors: 0 }]);
        const calls = arrived.filter(
          (span) => span.attributes["openinference.span.kind"] === "LLM",
        );
        assert.equal(calls.length, 3);
        const totals = calls.map((span) => Number(span.attributes["llm.token_count.total"]));
        assert.ok(finished.tokens.total > 0);
        assert.equal(
          finished.tokens.total,
          totals.reduce((sum, total) => sum + total, 0),
        );
      },
      { api },
    );
  });
}

for (const [sdk, provider] of Object.entries(SDKS)) {
  test(`${sdk}: spans of another provider are in the trace, and it waits for them`, async () => {
    const told: FinishedTrace[] = [];
    await registered(provider({ processors: [new CatalystSpanProcessor()] }), () =>
      traced(async ({ tracing, delivered }) => {
        tracing.onTrace((finished) => told.push(finished));
        const theirs = trace.getTracer("theirs");
        await theirs.startActiveSpan("request", async (request) => {
          await agentSpan({ agentId: "support" }, async () => {
            await theirs.startActiveSpan("fetch", async (fetched) => {
              await manualSpan({ spanName: "inside" }, () => undefined);
              fetched.end();
            });
          });
          await tracing.flush();
          assert.deepEqual(told, [], "their request is still open");
          request.end();
        });
        theirs.startSpan("all alone", {}, ROOT_CONTEXT).end();
        const arrived = await delivered();
        const trees = told.map((finished) => finished.tree());
        assert.deepEqual(
          trees.map((tree) => tree.split(" ")[0]),
          ["request", "all"],
        );
        assert.equal(trees.join(""), spanTree(arrived));
      }),
    );
    clearApi();
  });
}
