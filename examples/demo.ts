/**
 * A support agent's run, as spans: retrieval, two model calls, a tool, and a second tool that
 * fails. Sent to a receiver in another process, and printed as it arrived there. Needs no network
 * and no key; the "model" is a recorded answer.
 */
import { setTimeout as pause } from "node:timers/promises";

import { type Span, SpanStatusCode } from "@opentelemetry/api";
import { setup } from "catalyst-tracing";

import { startCollectorProcess } from "../__tests__/support/remote-collector.js";
import { spanTree } from "../js/testing/tree.js";

await using receiver = await startCollectorProcess();
const tracing = await setup({ endpoint: receiver.url, serviceName: "demo" });
const { tracer } = tracing;

/** Runs `work` inside a span of an OpenInference kind. */
async function step<T>(
  name: string,
  kind: string,
  attributes: Record<string, unknown>,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return await tracer.startActiveSpan(name, async (span) => {
    span.setAttribute("openinference.span.kind", kind);
    for (const [key, value] of Object.entries(attributes)) span.setAttribute(key, value as string);
    try {
      return await work(span);
    } catch (error) {
      span.recordException(error as Error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
      throw error;
    } finally {
      span.end();
    }
  });
}

async function callModel(question: string, promptTokens: number, answer: string): Promise<string> {
  const attributes = {
    "llm.model_name": "gpt-4o-mini",
    "llm.token_count.prompt": promptTokens,
    "llm.token_count.completion": 18,
    "input.value": question,
    "output.value": answer,
  };
  return await step("OpenAI Chat Completions", "LLM", attributes, async () => {
    await pause(30);
    return answer;
  });
}

async function answerCustomer(question: string): Promise<string> {
  const attributes = { "agent.name": "Support Agent", "session.id": "conversation-1" };
  return await step("support-agent.run", "AGENT", attributes, async (span) => {
    span.setAttribute("input.value", question);
    await step("order_docs.search", "RETRIEVER", { "input.value": "order ABC-123" }, () =>
      pause(12),
    );
    await callModel(question, 212, "call lookup_order");
    await step("lookup_order", "TOOL", { "tool.name": "lookup_order" }, () => pause(8));
    await step("issue_refund", "TOOL", { "tool.name": "issue_refund" }, async () => {
      await pause(5);
      throw new Error("refunds are closed on Sundays");
    }).catch(() => undefined);
    return await callModel("lookup_order: shipped", 263, "It is on its way.");
  });
}

await answerCustomer("Where is order ABC-123?");
const result = await tracing.flush();
const colours = process.stdout.isTTY;
console.log(spanTree(await receiver.spans(), { durations: true, tokens: true, colours }));
console.log(`${result.delivered} spans delivered to ${tracing.endpoint}, ${result.lost} lost.`);
await tracing.shutdown();
