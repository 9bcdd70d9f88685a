// Spans begin and end with the work that they stand for, whatever becomes of it, and whatever else
// listens to the SDK.

import assert from "node:assert/strict";
import { test } from "node:test";

import { agentSpan, setup } from "catalyst-tracing";
import { instrumentOpenAIAgents } from "catalyst-tracing/openai-agents";

import { conversation } from "../../support/model-server/conversation.js";
import { faults } from "../../support/model-server/faults.js";
import type { AgentsSdk as Name } from "../../support/sdks.js";
import { spanTree } from "../../../js/testing/tree.js";
import type { SdkSpan } from "./agents-module.js";
import { type AgentsRound, tracedRuns } from "./round.js";
import { agentOf, step, toolOf } from "./scenarios.js";

const APIS = ["responses", "chat_completions"] as const;

export function testLifetimes(version: Name): void {
  const title = (what: string): string => `${what} (${version})`;

  for (const api of APIS) {
    test(title(`a stream that breaks leaves a complete tree, ${api}`), async () => {
      await tracedRuns(
        version,
        async (round) => {
          round.server.reply(faults.cut(conversation(), { after: 3 }));
          const result = await round.agents.run(helper(round), "Hello there", { stream: true });
          await assert.rejects(async () => {
            for await (const _ of result);
            await result.completed;
          });
          const tree = await treeOf(round);
          assert.match(tree, /^Agent workflow \[CHAIN\] ERROR/);
          assert.match(tree, /Helper \[AGENT\] ERROR/);
          assert.match(tree, /\[LLM\] ERROR/);
        },
        { api },
      );
    });

    test(title(`a stream that is left early ends all the same, ${api}`), async () => {
      await tracedRuns(
        version,
        async (round) => {
          const result = await round.agents.run(helper(round), "Hello there", { stream: true });
          for await (const _ of result) break;
          await round.collector.waitForSpans(spansOfARun(version));
          assert.doesNotMatch(await treeOf(round), /orphan/);
        },
        { api },
      );
    });

    test(title(`a stream that nobody reads ends all the same, ${api}`), async () => {
      await tracedRuns(
        version,
        async (round) => {
          await round.agents.run(helper(round), "Hello there", { stream: true });
          await round.collector.waitForSpans(spansOfARun(version));
          assert.doesNotMatch(await treeOf(round), /orphan/);
        },
        { api },
      );
    });

    test(title(`a run that is called off leaves a complete tree, ${api}`), async () => {
      await tracedRuns(
        version,
        async (round) => {
          round.server.reply(faults.hang());
          const abort = new AbortController();
          const run = round.agents.run(helper(round), "Hello", { signal: abort.signal });
          await round.server.waitForRequest();
          abort.abort();
          await assert.rejects(run);
          await round.tracing.flush();
          assert.equal(round.collector.spans.length, spansOfARun(version));
          assert.doesNotMatch(await treeOf(round), /orphan/);
        },
        { api },
      );
    });
  }

  test(title("what begins inside a span that has ended belongs there"), async () => {
    await tracedRuns(version, async ({ agents, collector, tracing }) => {
      await agents.withTrace("flow", async () => {
        let job: SdkSpan | null = null;
        await agents.withCustomSpan(
          async () => await Promise.resolve((job = agents.getCurrentSpan())),
          { data: { name: "job" } },
        );
        const late = agents.createCustomSpan({ data: { name: "late" } }, job);
        late.start();
        late.end();
        const later = agents.createCustomSpan({ data: { name: "later" } }, late);
        later.start();
        later.end();
      });
      await tracing.flush();
      assert.equal(
        spanTree(collector.spans),
        "flow [CHAIN]\n└─ job [CHAIN]\n   └─ late [CHAIN]\n      └─ later [CHAIN]\n",
      );
    });
  });

  test(title("fifty runs at once are fifty trees that do not mix"), async () => {
    await tracedRuns(version, async (round) => {
      const numbers = Array.from({ length: 50 }, (_, index) => index);
      await Promise.all(
        numbers.map(async (number) => {
          const dig = toolOf(round, "dig", async () => {
            await new Promise(setImmediate);
            return await step(`query ${number}`, "gold");
          });
          const agent = agentOf(round, { name: `Digger ${number}`, tools: [dig] });
          await agentSpan({ agentName: `Around ${number}`, sessionId: `s-${number}` }, async () => {
            await round.agents.run(agent, "Please dig");
          });
        }),
      );
      const spans = await round.delivered();
      const traces = [...new Set(spans.map(({ traceId }) => traceId))];
      assert.equal(traces.length, 50);
      const shapes = new Set<string>();
      for (const trace of traces) {
        const tree = spans.filter(({ traceId }) => traceId === trace);
        const session = tree[0]?.attributes["session.id"];
        assert.ok(tree.every(({ attributes }) => attributes["session.id"] === session));
        shapes.add(spanTree(tree).replaceAll(/ \d+/g, " n"));
      }
      assert.equal(shapes.size, 1, [...shapes].join("\n"));
    });
  });

  test(title("other processors may be slow"), async () => {
    await tracedRuns(version, async (round) => {
      const slow = async (): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, 20));
      };
      round.agents.setTraceProcessors([
        {
          onTraceStart: slow,
          onTraceEnd: slow,
          onSpanStart: slow,
          onSpanEnd: slow,
          shutdown: slow,
          forceFlush: slow,
        },
      ]);
      await round.agents.run(helper(round), "Hello");
      const spans = await round.delivered();
      assert.equal(spans.length, spansOfARun(version));
    });
  });

  test(title("to instrument it again changes nothing"), async () => {
    await tracedRuns(version, async (round) => {
      const { getGlobalTraceProvider } = round.agents;
      const before = Object.values(Object.getOwnPropertyDescriptors(getGlobalTraceProvider()));
      assert.equal(instrumentOpenAIAgents(round.agents), round.agents);
      const after = Object.values(Object.getOwnPropertyDescriptors(getGlobalTraceProvider()));
      assert.deepEqual(after, before);
      await round.agents.run(helper(round), "Hello");
      assert.equal((await round.delivered()).length, spansOfARun(version));
    });
  });

  test(
    title("runs while nothing is set up are not traced, and afterwards they are again"),
    async () => {
      await tracedRuns(version, async (round) => {
        await round.tracing.shutdown();
        await round.agents.run(helper(round), "Unseen");
        const again = await setup({ endpoint: round.collector.url, autoInstrument: false });
        await round.agents.run(helper(round), "Seen");
        await again.shutdown();
        const tree = await treeOf(round);
        assert.equal(round.collector.spans.length, spansOfARun(version));
        assert.match(tree, /^Agent workflow/);
        round.collector.spans.length = 0;
      });
    },
  );
}

function helper(round: AgentsRound): ReturnType<typeof agentOf> {
  return agentOf(round, { name: "Helper" });
}

/** Of one turn: root, agent and call; task and turn where there are such. */
function spansOfARun(version: Name): number {
  return version === "agents-0.20" ? 5 : 3;
}

async function treeOf(round: AgentsRound): Promise<string> {
  return spanTree(await round.delivered());
}
