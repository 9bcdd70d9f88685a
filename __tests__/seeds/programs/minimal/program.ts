// Nothing but `setup()` with both modules, and a run.

import { setup } from "@inference/tracing";
import * as agents from "@openai/agents";
import { Agent, run } from "@openai/agents";
import OpenAI from "openai";

const tracing = await setup({
  modules: { openai: OpenAI, openaiAgents: agents },
});

const workshop = new Agent({
  name: "Workshop",
  instructions: "Answer questions about repairs.",
  model: "gpt-4o-mini",
});

const result = await run(workshop, "When is my bicycle ready?");
console.log(result.finalOutput);

await tracing.shutdown();
