// What the spans of a run hold, in one version of the SDK.

import assert from "node:assert/strict";
import { test } from "node:test";

import { agentSpan, withAttributes } from "catalyst-tracing";

import { isChildOf, spanNamed } from "../../capture/traced.js";
import type { DecodedSpan } from "../../support/otlp.js";
import type { AgentsSdk as Name } from "../../support/sdks.js";
import { type AgentsRound, tracedRuns } from "./round.js";
import { agentOf, toolOf } from "./scenarios.js";

export function testAttributes(version: Name): void {
  const title = (what: string): string => `${what} (${version})`;

  test(title("agents, tools, handoffs and guardrails say what they are"), async () => {
    await tracedRuns(version, async (round) => {
      const spans = await handedOver(round);
      const triage = spanNamed(spans, "Triage").attributes;
      assert.equal(triage["openinference.span.kind"], "AGENT");
      assert.equal(triage["agent.name"], "Triage");
      assert.deepEqual(triage["agent.handoffs"], ["Refunds"]);
      assert.equal(triage["agent.output_type"], "text");
      assert.equal(triage["graph.node.id"], "Triage");
      assert.equal(triage["graph.node.parent_id"], undefined);
      assert.equal(triage["input.value"], "Please refund me");
      const refunds = spanNamed(spans, "Refunds").attributes;
      assert.deepEqual(refunds["agent.tools"], ["refund"]);
      assert.equal(refunds["graph.node.parent_id"], "Triage");
      assert.match(String(refunds["output.value"]), /paid back/);
      const tool = spanNamed(spans, "refund").attributes;
      assert.equal(tool["openinference.span.kind"], "TOOL");
      assert.equal(tool["tool.name"], "refund");
      assert.equal(tool["tool.description"], "To refund.");
      assert.match(String(tool["tool.parameters"]), /"text"/);
      assert.equal(tool["tool_call.id"], "call_0002");
      assert.deepEqual(JSON.parse(String(tool["input.value"])), { text: "Please refund me" });
      assert.equal(tool["input.mime_type"], "application/json");
      assert.equal(tool["output.value"], "paid back");
      const handoff = spanNamed(spans, "handoff to Refunds").attributes;
      assert.equal(handoff["handoff.from_agent"], "Triage");
      assert.equal(handoff["handoff.to_agent"], "Refunds");
      const guardrail = spanNamed(spans, "polite").attributes;
      assert.equal(guardrail["openinference.span.kind"], "GUARDRAIL");
      assert.equal(guardrail["guardrail.triggered"], false);
    });
  });

  test(
    title("a call of a model is one span, with what both the SDK and the client know"),
    async () => {
      await tracedRuns(version, async (round) => {
        const spans = await handedOver(round);
        const calls = spans.filter(isCall);
        assert.equal(calls.length, round.server.requests.length);
        const [first] = calls;
        assert.ok(first !== undefined);
        assert.equal(first.attributes["llm.request.model_name"], "gpt-4o-mini");
        assert.equal(first.attributes["openai.agents.span_type"], "response");
        assert.equal(first.attributes["agent.name"], "Triage");
        assert.equal(first.attributes["http.response.status_code"], 200);
        assert.ok(Number(first.attributes["llm.token_count.total"]) > 0);
      });
    },
  );

  test(title("tokens are counted on calls of models alone"), async () => {
    await tracedRuns(version, async (round) => {
      const spans = await handedOver(round);
      const counting = spans.filter(({ attributes }) =>
        Object.keys(attributes).some((key) => key.startsWith("llm.token_count")),
      );
      assert.deepEqual(counting.map(isCall), [true, true, true]);
      if (version !== "agents-0.20") return;
      const { attributes } = spanNamed(spans, "task");
      const usage = JSON.parse(String(attributes["openai.agents.usage"])) as { requests: number };
      assert.equal(usage.requests, 3);
    });
  });

  test(title("group, metadata, workflow and trace id are on every span"), async () => {
    await tracedRuns(version, async (round) => {
      const runner = new round.agents.Runner({
        workflowName: "Support",
        groupId: "g-1",
        traceMetadata: { plan: "free" },
      });
      await runner.run(agentOf(round, { name: "Helper" }), "Hello");
      const spans = await round.delivered();
      assert.equal(spanNamed(spans, "Support").parentSpanId, "");
      for (const { attributes } of spans) {
        assert.equal(attributes["session.id"], "g-1");
        assert.deepEqual(JSON.parse(String(attributes["metadata"])), { plan: "free" });
        assert.equal(attributes["openai.agents.workflow_name"], "Support");
        assert.match(String(attributes["openai.agents.trace_id"]), /^trace_/);
      }
    });
  });

  test(title("what the app has said of session and metadata stands"), async () => {
    await tracedRuns(version, async (round) => {
      const runner = new round.agents.Runner({ groupId: "g-1", traceMetadata: { plan: "free" } });
      await withAttributes({ sessionId: "s-1", metadata: { plan: "paid" } }, async () => {
        await runner.run(agentOf(round, { name: "Helper" }), "Hello");
      });
      for (const { attributes } of await round.delivered()) {
        assert.equal(attributes["session.id"], "s-1");
        assert.deepEqual(JSON.parse(String(attributes["metadata"])), { plan: "paid" });
      }
    });
  });

  test(title("an agent's own name wins, the identity around it is inherited"), async () => {
    await tracedRuns(version, async (round) => {
      await agentSpan({ agentId: "a-1", agentName: "Around", userId: "u-1" }, async () => {
        await round.agents.run(agentOf(round, { name: "Helper" }), "Hello");
      });
      const spans = await round.delivered();
      const call = spans.find(isCall);
      assert.ok(call !== undefined);
      for (const { attributes } of [spanNamed(spans, "Helper"), call]) {
        assert.equal(attributes["agent.name"], "Helper");
        assert.equal(attributes["agent.id"], "a-1");
        assert.equal(attributes["user.id"], "u-1");
      }
    });
  });

  test(title("another library's span in a tool is under that tool"), async () => {
    await tracedRuns(version, async (round) => {
      const dig = toolOf(round, "dig", async () => {
        await Promise.resolve();
        return round.tracer.startActiveSpan("query", (span) => {
          round.tracer.startSpan("row").end();
          span.end();
          return "gold";
        });
      });
      await round.agents.run(agentOf(round, { name: "Digger", tools: [dig] }), "Please dig");
      const spans = await round.delivered();
      isChildOf(spanNamed(spans, "query"), spanNamed(spans, "dig"));
      isChildOf(spanNamed(spans, "row"), spanNamed(spans, "query"));
    });
  });
}

function isCall({ attributes }: DecodedSpan): boolean {
  return attributes["openinference.span.kind"] === "LLM";
}

async function handedOver(round: AgentsRound): Promise<DecodedSpan[]> {
  const refund = toolOf(round, "refund", async () => await Promise.resolve("paid back"));
  const refunds = agentOf(round, { name: "Refunds", tools: [refund] });
  const polite = {
    name: "polite",
    execute: async () => await Promise.resolve({ tripwireTriggered: false, outputInfo: null }),
  };
  const triage = agentOf(round, { name: "Triage", handoffs: [refunds], inputGuardrails: [polite] });
  await round.agents.run(triage, "Please refund me");
  return await round.delivered();
}
