/**
 * A shop's support desk, run twice: it answers a question about an order, and fails to refund one.
 * The agents are `@openai/agents`', their model is a server in another process. The spans go to the
 * viewer, are printed as they arrived there, and can be looked at in a browser until Enter ends it all;
 * with `--once`, or where there is no terminal, it ends at once. Needs no network and no key.
 */
import { once } from "node:events";

import { agentSpan, setup } from "catalyst-tracing";

import { startModelServerProcess } from "../__tests__/support/model-server/remote-server.js";
import { decodeTraces } from "../__tests__/support/otlp.js";
import { spanTree } from "../js/testing/tree.js";
import { openDesk } from "./desk.js";
import { agents, OpenAI } from "./sdks.js";
import { openViewer } from "./viewer.js";

/** Where an app that configures nothing sends to. */
const DEFAULT_PORT = 8799;

await using viewer = await openViewer(DEFAULT_PORT);
await using model = await startModelServerProcess({ script: new URL("model.js", import.meta.url) });
const tracing = await setup({
  endpoint: viewer.url,
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

/** What the viewer has, as it gives it out: a trace in each line. */
async function arrived(): Promise<ReturnType<typeof decodeTraces>["spans"]> {
  const response = await fetch(`${viewer.url}/api/export?format=otlp-json`);
  const lines = (await response.text()).split("\n").filter((line) => line !== "");
  return lines.flatMap((line) => decodeTraces(Buffer.from(line), "application/json").spans);
}

for (const question of ["Where is my order ABC-123?", "Refund my order ABC-123."]) {
  process.stdout.write(`> ${question}\n  `);
  await support(question).catch((error: unknown) => process.stdout.write(String(error)));
  process.stdout.write("\n\n");
}
await tracing.flush();
const { delivered, lost } = tracing.stats();
const colours = process.stdout.isTTY;
console.log(spanTree(await arrived(), { durations: true, tokens: true, colours }));
console.log(`${delivered} spans delivered to ${tracing.endpoint}, ${lost} lost.`);
await tracing.shutdown();

if (process.stdin.isTTY && process.stdout.isTTY && !process.argv.includes("--once")) {
  console.log(`\nLook at them: ${viewer.url}\nEnter ends.`);
  await once(process.stdin, "data");
  process.stdin.pause();
}
