/**
 * A shop's support desk, run twice: it answers a question about an order, and fails to refund one.
 * The agents are `@openai/agents`', their model is a server in another process, and the spans go to
 * a receiver in a third and are printed as they arrived there. Needs no network and no key.
 */
import { agentSpan, setup } from "catalyst-tracing";

import { startModelServerProcess } from "../__tests__/support/model-server/remote-server.js";
import { startCollectorProcess } from "../__tests__/support/remote-collector.js";
import { spanTree } from "../js/testing/tree.js";
import { openDesk } from "./desk.js";
import { agents, OpenAI } from "./sdks.js";

await using receiver = await startCollectorProcess();
await using model = await startModelServerProcess({ script: new URL("model.js", import.meta.url) });
const tracing = await setup({
  endpoint: receiver.url,
  serviceName: "demo",
  modules: { openai: OpenAI, openaiAgents: agents },
});
const desk = openDesk(model.url);

/** Prints the answer as it comes. */
async function support(question: string): Promise<void> {
  const options = {
    agentId: "support-desk",
    agentName: "Support Desk",
    spanName: "support-desk.run",
    sessionId: "conversation-1",
    system: "openai",
  };
  await agentSpan(options, async (span) => {
    span.setInput(question);
    const run = await agents.run(desk, question, { stream: true });
    let answer = "";
    for await (const text of run.toTextStream()) {
      process.stdout.write(text);
      answer += text;
    }
    await run.completed;
    span.setOutput(answer);
  });
}

for (const question of ["Where is my order ABC-123?", "Refund my order ABC-123."]) {
  process.stdout.write(`> ${question}\n  `);
  await support(question).catch((error: unknown) => process.stdout.write(String(error)));
  process.stdout.write("\n\n");
}
const { delivered, lost } = await tracing.flush();
const colours = process.stdout.isTTY;
console.log(spanTree(await receiver.spans(), { durations: true, tokens: true, colours }));
console.log(`${delivered} spans delivered to ${tracing.endpoint}, ${lost} lost.`);
await tracing.shutdown();
