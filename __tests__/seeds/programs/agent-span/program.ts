// A run with a tool inside `agentSpan`, which says who acts, in which conversation, for whom.

import { agentSpan, setup } from "@inference/tracing";
import * as agents from "@openai/agents";
import { Agent, run, tool } from "@openai/agents";
import OpenAI from "openai";
import { z } from "zod";

const tracing = await setup({
  modules: { openai: OpenAI, openaiAgents: agents },
});

const findRepair = tool({
  name: "find_repair",
  description: "Find a repair by its number.",
  parameters: z.object({ repairId: z.string() }),
  execute: async ({ repairId }) => JSON.stringify({ repairId, state: "waiting for a spoke" }),
});

const workshop = new Agent({
  name: "Workshop",
  instructions: "Find the repair before you answer.",
  tools: [findRepair],
  model: "gpt-4o-mini",
});

const question = "When is repair R-17 ready?";
await agentSpan(
  {
    agentId: "workshop",
    agentName: "The Workshop",
    spanName: "workshop.run",
    sessionId: "conversation-17",
    userId: "rider-4",
    role: "repairs",
    system: "openai",
  },
  async (span) => {
    span.setInput(question);
    span.setAttribute("branch.id", "branch-2");
    const result = await run(workshop, question, { maxTurns: 4 });
    span.setOutput(String(result.finalOutput ?? ""));
    console.log(result.finalOutput);
  },
);

await tracing.shutdown();
