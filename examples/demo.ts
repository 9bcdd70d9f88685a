/**
 * A support agent that looks up an order, and a second run of it that fails. Its `openai` client,
 * the real one, talks to a model in another process; the spans go to a receiver in a third, and are
 * printed as they arrived there. Needs no network and no key.
 */
import { agentSpan, manualSpan, observe, setup, SpanKindValues } from "catalyst-tracing";

import { startModelServerProcess } from "../__tests__/support/model-server/remote-server.js";
import { startCollectorProcess } from "../__tests__/support/remote-collector.js";
import { spanTree } from "../js/testing/tree.js";
import { type Message, OpenAI } from "./openai.js";

const MODEL = "gpt-4o-mini";

await using receiver = await startCollectorProcess();
await using model = await startModelServerProcess({ script: new URL("model.js", import.meta.url) });
const tracing = await setup({
  endpoint: receiver.url,
  serviceName: "demo",
  modules: { openai: OpenAI },
});
const openai = new OpenAI({ apiKey: "none", baseURL: model.url });

function searchDocs(query: string): Promise<{ id: string; score: number }[]> {
  const options = {
    spanName: "order_docs.search",
    spanKind: SpanKindValues.RETRIEVER,
    input: { query, k: 2 },
  };
  return manualSpan(options, async (span) => {
    await openai.embeddings.create({ model: "text-embedding-3-small", input: query });
    const found = [
      { id: "shipping-times", score: 0.92 },
      { id: "tracking", score: 0.87 },
    ];
    span.setOutput(found);
    return found;
  });
}

const tools = {
  lookup_order: observe(
    { spanName: "lookup_order", spanKind: SpanKindValues.TOOL, toolName: "lookup_order" },
    async ({ orderId }: { orderId: string }) => {
      const context = await searchDocs(`order ${orderId}`);
      return { orderId, status: "shipped", context };
    },
  ),
  issue_refund: observe(
    { spanName: "issue_refund", spanKind: SpanKindValues.TOOL, toolName: "issue_refund" },
    ({ orderId }: { orderId: string }) => {
      throw new Error(`refunds are closed on Sundays, also for ${orderId}`);
    },
  ),
};

const described = Object.keys(tools).map((name) => ({
  type: "function",
  function: {
    name,
    parameters: { type: "object", properties: { orderId: { type: "string" } } },
  },
}));

async function answer(messages: Message[]): Promise<string> {
  const first = await openai.chat.completions.create({ model: MODEL, messages, tools: described });
  const message = first.choices[0]?.message;
  for (const call of message?.tool_calls ?? []) {
    const tool = tools[call.function.name as keyof typeof tools];
    const result: unknown = await tool(JSON.parse(call.function.arguments) as { orderId: string });
    const content = JSON.stringify(result);
    if (message !== undefined) messages.push(message);
    messages.push({ role: "tool", tool_call_id: call.id, content });
  }
  const stream = await openai.chat.completions.create({
    model: MODEL,
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  return text;
}

async function support(question: string): Promise<string> {
  const options = {
    agentId: "support-agent",
    agentName: "Support Agent",
    spanName: "support-agent.run",
    sessionId: "conversation-1",
    system: "openai",
  };
  return await agentSpan(options, async (span) => {
    span.setInput(question);
    const said = await answer([
      { role: "system", content: "You answer the customers of a shop." },
      { role: "user", content: question },
    ]);
    span.setOutput(said);
    return said;
  });
}

for (const question of ["Please lookup my order ABC-123.", "I want a refund for order ABC-123."]) {
  const said = await support(question).catch((error: unknown) => String(error));
  console.log(`> ${question}\n  ${said}\n`);
}
const { delivered, lost } = await tracing.flush();
const colours = process.stdout.isTTY;
console.log(spanTree(await receiver.spans(), { durations: true, tokens: true, colours }));
console.log(`${delivered} spans delivered to ${tracing.endpoint}, ${lost} lost.`);
await tracing.shutdown();
