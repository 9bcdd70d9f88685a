// What must not be recorded is not: payloads when sensitive data is off, anything of the SDK's when
// its tracing is.

import assert from "node:assert/strict";
import { test } from "node:test";

import { agentSpan } from "catalyst-tracing";

import { conversation } from "../../support/model-server/conversation.js";
import { faults } from "../../support/model-server/faults.js";
import type { AgentsSdk as Name } from "../../support/sdks.js";
import { type AgentsRound, tracedRuns } from "./round.js";
import { agentOf, toolOf } from "./scenarios.js";
import { Echo } from "./models.js";
import { readToTheEnd } from "./trees.js";

const SECRET = "hunter2";

export function testPrivacy(version: Name): void {
  const title = (what: string): string => `${what} (${version})`;

  for (const api of ["responses", "chat_completions"] as const) {
    for (const isStreamed of [false, true]) {
      const how = `${api}, ${isStreamed ? "streamed" : "whole"}`;
      test(title(`without sensitive data no payload is recorded, ${how}`), async () => {
        await tracedRuns(version, async (round) => await withoutPayloads(round, isStreamed), {
          api,
        });
      });
    }
  }

  test(title("without sensitive data a model of the app's keeps its secrets"), async () => {
    await tracedRuns(version, async (round) => {
      const runner = new round.agents.Runner({ traceIncludeSensitiveData: false });
      const agent = agentOf(round, {
        name: "Parrot",
        model: new Echo(version),
        instructions: SECRET,
      });
      await runner.run(agent, SECRET);
      await hasNo(round, [SECRET, "echo"]);
    });
  });

  test(title("tracing that is disabled leaves the calls of the client alone"), async () => {
    await tracedRuns(version, async (round) => {
      round.agents.setTracingDisabled(true);
      try {
        await round.agents.run(agentOf(round, { name: "Helper" }), "Hello");
      } finally {
        round.agents.setTracingDisabled(false);
      }
      assert.equal((await round.only()).name, "OpenAI Responses");
    });
  });

  test(title("a runner that does not trace leaves what is inside to what is around"), async () => {
    await tracedRuns(version, async (round) => {
      const runner = new round.agents.Runner({ tracingDisabled: true });
      const dig = toolOf(round, "dig", async () => {
        round.tracer.startSpan("query").end();
        return await Promise.resolve("gold");
      });
      await agentSpan({ agentName: "Around" }, async () => {
        await runner.run(agentOf(round, { name: "Digger", tools: [dig] }), "Please dig");
      });
      const { spanId } = await round.named("Around.run");
      const inside = round.collector.spans.filter((span) => span.spanId !== spanId);
      assert.deepEqual(
        inside.map(({ name, parentSpanId }) => [name, parentSpanId]),
        [
          ["OpenAI Responses", spanId],
          ["query", spanId],
          ["OpenAI Responses", spanId],
        ],
      );
    });
  });
}

async function withoutPayloads(round: AgentsRound, isStreamed: boolean): Promise<void> {
  const { agents, server } = round;
  const runner = new agents.Runner({ traceIncludeSensitiveData: false });
  const run = async (tools: unknown[], question: string): Promise<void> => {
    const agent = agentOf(round, { name: "Helper", instructions: SECRET, tools });
    const result = await runner.run(agent, `${question} ${SECRET}`, { stream: isStreamed });
    if (isStreamed) await readToTheEnd(result);
  };
  const fail = async (): Promise<never> => await Promise.reject(new Error(SECRET));
  await run([toolOf(round, "tell", async () => await Promise.resolve(SECRET))], "Please tell");
  await run([toolOf(round, "fail", fail)], "Please fail");
  const expert = agentOf(round, { name: "Expert", instructions: SECRET });
  await run([expert.asTool({ toolName: "ask_expert", toolDescription: "Ask." })], "Please ask");
  await assert.rejects(run([toolOf(round, "fail", fail, { errorFunction: null })], "Please fail"));
  server.reply(faults.status(400, { message: SECRET }));
  await assert.rejects(run([], "Hello"));
  server.reset();
  server.reply(faults.cut(conversation(), { after: 2 }));
  if (isStreamed) await assert.rejects(run([], "Hello"));
  await hasNo(round, [SECRET]);
  const names = round.collector.spans.map(({ attributes }) => attributes["llm.model_name"]);
  assert.ok(names.some((name) => String(name).startsWith("gpt-4o-mini")));
}

async function hasNo(round: AgentsRound, secrets: readonly string[]): Promise<void> {
  const spans = await round.delivered();
  assert.ok(spans.length > 0);
  for (const span of spans) {
    const text = JSON.stringify(span, (_key, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    );
    for (const secret of secrets) assert.ok(!text.includes(secret), text);
  }
}
