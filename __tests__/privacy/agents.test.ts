// The same for runs of agents, where one span's output is the next one's input: for each flag what a
// user says to an agent, what it answers at last and how its tools are described, and with all flags
// whatever is said in between.

import assert from "node:assert/strict";
import { test } from "node:test";

import type { HideOptions } from "catalyst-tracing";

import { type AgentsRound, tracedRuns } from "../integrations/openai-agents/round.js";
import { agentOf, toolOf } from "../integrations/openai-agents/scenarios.js";
import { readToTheEnd } from "../integrations/openai-agents/trees.js";
import { conversation } from "../support/model-server/conversation.js";
import { faults } from "../support/model-server/faults.js";
import type { AgentsSdk } from "../support/sdks.js";
import { assertArrived, assertHidden, FLAGS, type Planted, secret } from "./flags.js";

const VERSIONS = ["agents-0.1", "agents-0.8", "agents-0.20"] as const satisfies AgentsSdk[];

const ALWAYS: readonly Planted[] = [
  { role: "question", place: "said" },
  { role: "question", place: "instructions" },
  { role: "answer", place: "final" },
  { role: "tool", place: "description" },
];

/** Each is an output here and an input there. */
const BETWEEN: readonly Planted[] = [
  { role: "answer", place: "arguments" },
  { role: "output", place: "result" },
  { role: "error", place: "tool" },
  { role: "input", place: "custom" },
];

async function run(round: AgentsRound, isStreamed: boolean): Promise<void> {
  const { agents, server } = round;
  let turns = 0;
  server.reply(
    conversation({
      decide: () => {
        turns += 1;
        if (turns > 2) return { text: secret("answer", "final") };
        const name = turns === 1 ? "look_up" : "fail";
        return { calls: [{ name, arguments: { text: secret("answer", "arguments") } }] };
      },
    }),
  );
  const description = secret("tool", "description");
  const tools = [
    toolOf(round, "look_up", async () => await Promise.resolve(secret("output", "result")), {
      description,
    }),
    toolOf(round, "fail", async () => await Promise.reject(new Error(secret("error", "tool")))),
  ];
  const instructions = secret("question", "instructions");
  const agent = agentOf(round, { name: "Helper", instructions, tools });
  await agents.withTrace("Secrets", async () => {
    const result = await agents.run(agent, secret("question", "said"), { stream: isStreamed });
    if (isStreamed) await readToTheEnd(result);
    await agents.withCustomSpan(async () => await Promise.resolve(), {
      data: { name: "note", data: { text: secret("input", "custom") } },
    });
    server.reset();
    server.reply(faults.status(400, { message: secret("error", "tool") }));
    await assert.rejects(agents.run(agentOf(round, { name: "Broken" }), "Hello"));
  });
  server.reset();
  await round.delivered();
}

for (const version of VERSIONS) {
  for (const api of ["responses", "chat_completions"] as const) {
    const how = `${version}, ${api}`;
    const withRun = async (
      hide: HideOptions | boolean,
      check: (round: AgentsRound) => void,
      isStreamed = false,
    ): Promise<void> => {
      await tracedRuns(
        version,
        async (round) => {
          await run(round, isStreamed);
          check(round);
        },
        { api, setup: { hide } },
      );
    };

    test(`without flags every secret of a run arrives (${how})`, async () => {
      await withRun(false, ({ collector }) => assertArrived(collector, [...ALWAYS, ...BETWEEN]));
    });

    for (const flag of FLAGS) {
      test(`hide.${flag} leaves nothing of what it hides in a run (${how})`, async () => {
        await withRun({ [flag]: true }, ({ collector }) => assertHidden(collector, [flag], ALWAYS));
      });
    }

    for (const isStreamed of [false, true]) {
      const mode = isStreamed ? "streamed" : "whole";
      test(`hide: true leaves nothing that was said in a run (${how}, ${mode})`, async () => {
        const all = [...ALWAYS, ...BETWEEN];
        await withRun(true, ({ collector }) => assertHidden(collector, FLAGS, all), isStreamed);
      });
    }

    test(`inputs and outputs together leave nothing that was said in a run (${how})`, async () => {
      const hide = { inputs: true, outputs: true };
      await withRun(hide, ({ collector }) => {
        assertHidden(collector, ["inputs", "outputs"], [...ALWAYS, ...BETWEEN]);
        const kinds = new Set(
          collector.spans.map(({ attributes }) => attributes["openinference.span.kind"]),
        );
        assert.ok(kinds.has("AGENT") && kinds.has("TOOL") && kinds.has("LLM"));
      });
    });
  }
}
