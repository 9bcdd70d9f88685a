// Agents that hand over to each other, grouped under the one that the customer asked.

import { agentSpan, setup } from "@inference/tracing";
import * as agents from "@openai/agents";
import { Agent, handoff, run, tool } from "@openai/agents";
import OpenAI from "openai";
import { z } from "zod";

const tracing = await setup({
  modules: { openai: OpenAI, openaiAgents: agents },
});

const bookRepair = tool({
  name: "book_repair",
  description: "Book a repair of a bicycle.",
  parameters: z.object({ bicycle: z.string(), hours: z.number() }),
  execute: async ({ bicycle, hours }) =>
    JSON.stringify({ booked: true, bicycle, hours, repairId: "R-18" }),
});

const repairs = new Agent({
  name: "Repairs",
  instructions: "Book repairs with book_repair.",
  tools: [bookRepair],
  model: "gpt-4o-mini",
});

const sales = new Agent({
  name: "Sales",
  instructions: "Sell bicycles. Repair none.",
  model: "gpt-4o-mini",
});

const counter = new Agent({
  name: "Counter",
  instructions: "Send everybody to the right desk.",
  handoffs: [handoff(repairs), handoff(sales)],
  model: "gpt-4o-mini",
});

await agentSpan(
  {
    agentId: "counter",
    agentName: "The Counter",
    spanName: "counter.run",
    sessionId: "conversation-18",
    role: "triage",
    system: "openai",
  },
  async (span) => {
    const input = "I need repairs: the chain of my tandem is broken.";
    span.setInput(input);
    const result = await run(counter, input, { maxTurns: 8 });
    span.setOutput(String(result.finalOutput ?? ""));
    console.log(result.finalOutput);
  },
);

await tracing.shutdown();
