// What apps do with agents, each scenario with the tree that has to come of it in `trees/`. All of
// them run whole and streamed, against both of OpenAI's APIs.

import assert from "node:assert/strict";

import { agentSpan, manualSpan } from "catalyst-tracing";

import { conversation, type Decision } from "../../support/model-server/conversation.js";
import { faults } from "../../support/model-server/faults.js";
import type { Turn } from "../../support/model-server/turn.js";
import type { Agent, AgentOptions, AgentsModule, Guardrail, RunResult } from "./agents-module.js";
import type { AgentsRound } from "./round.js";

/** What is said to an agent, and the run in the form that the test wants. */
type Go = (agent: Agent, input: unknown, options?: { maxTurns?: number }) => Promise<RunResult>;

export interface Stage extends AgentsRound {
  readonly go: Go;
}

type Scenario = (stage: Stage) => Promise<void>;

const MODEL = "gpt-4o-mini";

export function agentOf({ agents }: { agents: AgentsModule }, options: AgentOptions): Agent {
  return new agents.Agent({ model: MODEL, instructions: "Help.", ...options });
}

/** Makes a span of its own, as an app would. */
export async function step<T>(name: string, result: T): Promise<T> {
  return await manualSpan({ spanName: name }, async () => await Promise.resolve(result));
}

export function toolOf(
  { agents, parameters }: Pick<Stage, "agents" | "parameters">,
  name: string,
  execute: (input: { text: string }) => Promise<unknown>,
  more: object = {},
): unknown {
  return agents.tool({ name, description: `To ${name}.`, parameters, execute, ...more });
}

function guardrail(name: string, tripwireTriggered: boolean): Guardrail {
  return {
    name,
    execute: async () => await step(`check ${name}`, { tripwireTriggered, outputInfo: name }),
  };
}

/** What the model does, by whom it is asked and what tools were called. */
export function modelThat(
  stage: Pick<Stage, "server">,
  decide: (turn: Turn) => Decision | undefined,
): void {
  stage.server.reply(conversation({ decide }));
}

async function rejects(promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise);
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "tool-and-handoff": async (stage) => {
    const refund = toolOf(stage, "refund", async () => await step("look up", "paid back"));
    const refunds = agentOf(stage, {
      name: "Refunds",
      tools: [refund],
      outputGuardrails: [guardrail("decent", false)],
    });
    const handoff = stage.agents.handoff(refunds, {
      onHandoff: async () => await step("note handoff", undefined),
      inputType: stage.parameters,
    });
    const triage = agentOf(stage, {
      name: "Triage",
      handoffs: [handoff],
      inputGuardrails: [guardrail("polite", false)],
    });
    const { finalOutput } = await stage.go(triage, "Please refund me");
    assert.match(String(finalOutput), /paid back/);
  },

  "input-tripwire": async (stage) => {
    const agent = agentOf(stage, { name: "Closed", inputGuardrails: [guardrail("polite", true)] });
    stage.server.reply(faults.paced(conversation(), { headMs: 20 }));
    await rejects(stage.go(agent, "Give me that"));
  },

  "output-tripwire": async (stage) => {
    const agent = agentOf(stage, { name: "Rude", outputGuardrails: [guardrail("decent", true)] });
    await rejects(stage.go(agent, "Hello"));
  },

  "tool-fails": async (stage) => {
    const fail = toolOf(
      stage,
      "fail",
      async () => await Promise.reject(new Error("no such thing")),
    );
    await stage.go(agentOf(stage, { name: "Helper", tools: [fail] }), "Please fail");
  },

  "tool-breaks-the-run": async (stage) => {
    const execute = async (): Promise<never> => await Promise.reject(new Error("no such thing"));
    const fail = toolOf(stage, "fail", execute, { errorFunction: null });
    await rejects(stage.go(agentOf(stage, { name: "Helper", tools: [fail] }), "Please fail"));
  },

  "too-many-turns": async (stage) => {
    modelThat(stage, () => ({ calls: [{ name: "again", arguments: { text: "on" } }] }));
    const again = toolOf(stage, "again", async () => await Promise.resolve("on"));
    await rejects(
      stage.go(agentOf(stage, { name: "Endless", tools: [again] }), "Go", { maxTurns: 2 }),
    );
  },

  "model-fails": async (stage) => {
    stage.server.reply(faults.status(400));
    await rejects(stage.go(agentOf(stage, { name: "Helper" }), "Hello"));
  },

  "agent-as-tool": async (stage) => {
    const lookUp = toolOf(stage, "look_up", async () => await step("search", "found"));
    const expert = agentOf(stage, { name: "Expert", tools: [lookUp] });
    const tool = expert.asTool({ toolName: "ask_expert", toolDescription: "Ask the expert." });
    await stage.go(agentOf(stage, { name: "Front", tools: [tool] }), "Please ask the expert");
  },

  "run-in-a-tool": async (stage) => {
    const inner = agentOf(stage, { name: "Inner" });
    const delegate = toolOf(stage, "delegate", async () => {
      const { finalOutput } = await stage.agents.run(inner, "Think");
      await step("note", undefined);
      return finalOutput;
    });
    await stage.go(agentOf(stage, { name: "Outer", tools: [delegate] }), "Please delegate");
  },

  "two-runs-in-a-trace": async (stage) => {
    const agent = agentOf(stage, { name: "Helper" });
    await stage.agents.withTrace("Two questions", async () => {
      await stage.go(agent, "First");
      await stage.agents.withCustomSpan(async () => await step("think", undefined), {
        data: { name: "between", data: { count: 1 } },
      });
      await stage.go(agent, "Second");
    });
  },

  "trace-rejects": async (stage) => {
    const agent = agentOf(stage, { name: "Helper" });
    const work = stage.agents.withTrace("In vain", async () => {
      await stage.go(agent, "First");
      throw new Error("in vain");
    });
    await assert.rejects(work, /in vain/);
  },

  "agent-spans-around-and-inside": async (stage) => {
    const ask = toolOf(stage, "ask", async () => {
      const inner = agentOf(stage, { name: "Inner" });
      return await agentSpan({ agentId: "a-2", agentName: "Between" }, async () => {
        const { finalOutput } = await stage.agents.run(inner, "Think");
        return finalOutput;
      });
    });
    await agentSpan({ agentId: "a-1", agentName: "Around", sessionId: "s-1" }, async () => {
      await step("prepare", undefined);
      await stage.go(agentOf(stage, { name: "Helper", tools: [ask] }), "Please ask");
      await step("conclude", undefined);
    });
  },

  "interrupted-and-resumed": async (stage) => {
    const { agent, first } = await interrupted(stage);
    const [interruption] = first.interruptions;
    assert.ok(interruption !== undefined);
    first.state.approve(interruption);
    const { finalOutput } = await stage.go(agent, first.state);
    assert.match(String(finalOutput), /done/);
  },

  "interrupted-saved-and-resumed": async (stage) => {
    const { agent, first } = await interrupted(stage);
    const saved = first.state.toString();
    const state = await stage.agents.RunState.fromString(agent, saved);
    const [interruption] = (
      state as unknown as { getInterruptions(): object[] }
    ).getInterruptions();
    assert.ok(interruption !== undefined);
    state.approve(interruption);
    const { finalOutput } = await stage.go(agent, state);
    assert.match(String(finalOutput), /done/);
  },
};

async function interrupted(stage: Stage): Promise<{ agent: Agent; first: RunResult }> {
  const pay = toolOf(stage, "pay", async () => await step("transfer", "done"), {
    needsApproval: true,
  });
  const agent = agentOf(stage, { name: "Cashier", tools: [pay] });
  return { agent, first: await stage.go(agent, "Please pay") };
}
