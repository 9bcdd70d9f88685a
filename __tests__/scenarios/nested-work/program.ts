// An agent's run with steps, tools and one that fails, sync and async, in one trace.

import { setTimeout as delay } from "node:timers/promises";

import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { setup } from "catalyst-tracing";

const { tracer } = await setup();

function readFile(path: string): string {
  return tracer.startActiveSpan("read file", { attributes: { path } }, (span) => {
    try {
      if (path === "missing.txt") throw new Error(`no such file: ${path}`);
      return path.toUpperCase();
    } catch (error) {
      span.recordException(error as Error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
      throw error;
    } finally {
      span.end();
    }
  });
}

async function askModel(question: string): Promise<string> {
  const attributes = { "openinference.span.kind": "LLM", "input.value": question };
  return await tracer.startActiveSpan(
    "chat",
    { kind: SpanKind.CLIENT, attributes },
    async (span) => {
      await delay(1);
      span.setAttribute("output.value", "use a tool");
      span.end();
      return "use a tool";
    },
  );
}

async function step(number: number, path: string): Promise<void> {
  await tracer.startActiveSpan(`step ${number}`, async (span) => {
    await askModel(`question ${number}`);
    try {
      readFile(path);
    } catch {
      span.addEvent("tool failed");
    }
    span.setStatus({ code: SpanStatusCode.OK });
    span.end();
  });
}

const attributes = { "openinference.span.kind": "AGENT" };
await tracer.startActiveSpan("agent.run", { attributes }, async (run) => {
  await step(1, "notes.txt");
  await step(2, "missing.txt");
  tracer.startSpan("summary").end();
  run.end();
});
