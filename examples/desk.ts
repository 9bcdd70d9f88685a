/** The agents of a shop: a front desk that hands over to those who can look up and refund orders. */
import { manualSpan, SpanKindValues } from "catalyst-tracing";

import { agents, OpenAI, z } from "./sdks.js";
import type { Agent } from "./sdks.js";

const MODEL = "gpt-4o-mini";

/** The desk, with its model at `modelUrl`. */
export function openDesk(modelUrl: string): Agent {
  const openai = new OpenAI({ apiKey: "none", baseURL: modelUrl });
  agents.setDefaultOpenAIClient(openai);
  // The SDK's own export to OpenAI: the demo sends nothing there, whatever key the environment has.
  agents.setTraceProcessors([]);

  const searchDocs = (query: string) =>
    manualSpan(
      {
        spanName: "order_docs.search",
        spanKind: SpanKindValues.RETRIEVER,
        input: { query, k: 2 },
      },
      async (span) => {
        await openai.embeddings.create({ model: "text-embedding-3-small", input: query });
        const found = [
          { id: "shipping-times", score: 0.92 },
          { id: "tracking", score: 0.87 },
        ];
        span.setOutput(found);
        return found;
      },
    );

  const parameters = z.object({ orderId: z.string() });
  const lookupOrder = agents.tool({
    name: "lookup_order",
    description: "Look up an order.",
    parameters,
    execute: async ({ orderId }) => {
      const documents = await searchDocs(`shipping of order ${orderId}`);
      return JSON.stringify({ orderId, status: "shipped", documents });
    },
  });
  const issueRefund = agents.tool({
    name: "issue_refund",
    description: "Refund an order.",
    parameters,
    errorFunction: null,
    execute: () => {
      throw new Error("refunds are closed on Sundays");
    },
  });

  const orders = new agents.Agent({
    name: "Orders",
    instructions: "Answer questions about orders.",
    model: MODEL,
    tools: [lookupOrder, issueRefund],
  });
  return new agents.Agent({
    name: "Front Desk",
    instructions: "Hand over to whoever can help.",
    model: MODEL,
    handoffs: [orders],
    inputGuardrails: [
      {
        name: "politeness",
        runInParallel: false,
        execute: async ({ input }) => {
          const request = { model: "omni-moderation-latest", input: JSON.stringify(input) };
          const { results } = await openai.moderations.create(request);
          return { tripwireTriggered: results[0]?.flagged ?? false, outputInfo: results };
        },
      },
    ],
  });
}
