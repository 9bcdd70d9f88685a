// Steps that the SDK does not see: one before the run, and one inside a tool.

import { agentSpan, manualSpan, setup, SpanKindValues } from "@inference/tracing";
import * as agents from "@openai/agents";
import { Agent, run, tool } from "@openai/agents";
import OpenAI from "openai";
import { z } from "zod";

const tracing = await setup({
  modules: { openai: OpenAI, openaiAgents: agents },
});

const manuals = {
  search: async (repairId: string, { k }: { k: number }) => {
    const found = [
      { id: "spokes", score: 0.9, text: `how ${repairId} is laced` },
      { id: "rims", score: 0.7, text: "how rims are trued" },
    ];
    return await Promise.resolve(found.slice(0, k));
  },
};

function desk(question: string): { desk: string; sure: boolean } {
  return { desk: question.includes("repair") ? "workshop" : "counter", sure: true };
}

const findRepair = tool({
  name: "find_repair",
  description: "Find a repair by its number.",
  parameters: z.object({ repairId: z.string() }),
  execute: async ({ repairId }) => {
    const pages = await manualSpan(
      {
        spanName: "manuals.search",
        spanKind: SpanKindValues.RETRIEVER,
        input: { repairId, k: 2 },
      },
      async (span) => {
        const results = await manuals.search(repairId, { k: 2 });
        span.setOutput(results.map((page) => ({ id: page.id, score: page.score })));
        return results;
      },
    );
    return JSON.stringify({ repairId, state: "in work", pages: pages.length });
  },
});

const workshop = new Agent({
  name: "Workshop",
  instructions: "Find the repair before you answer.",
  tools: [findRepair],
  model: "gpt-4o-mini",
});

await agentSpan(
  {
    agentId: "workshop",
    agentName: "The Workshop",
    spanName: "workshop.run",
    sessionId: "conversation-17",
    role: "repairs",
    system: "openai",
  },
  async (span) => {
    const question = "When is repair R-17 ready?";
    span.setInput(question);

    const route = await manualSpan(
      {
        spanName: "router.choose",
        spanKind: SpanKindValues.CHAIN,
        input: { question },
      },
      async (chain) => {
        const decision = desk(question);
        chain.setOutput(decision);
        return decision;
      },
    );
    if (route.desk !== "workshop") throw new Error(`sent to ${route.desk}`);

    const result = await run(workshop, question, { maxTurns: 4 });
    span.setOutput(String(result.finalOutput ?? ""));
    console.log(result.finalOutput);
  },
);

await tracing.shutdown();
