// Models of the app's own: one span for each call, whoever makes it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { manualSpan } from "catalyst-tracing";

import { isChildOf, spanNamed } from "../../capture/traced.js";
import type { DecodedSpan } from "../../support/otlp.js";
import type { AgentsSdk as Name } from "../../support/sdks.js";
import type { AgentsModule } from "./agents-module.js";
import { tracedRuns } from "./round.js";
import { agentOf } from "./scenarios.js";
import { readToTheEnd } from "./trees.js";

/** An answer in the SDK's terms. */
function answerOf(): object {
  return {
    usage: {
      requests: 1,
      inputTokens: 3,
      outputTokens: 4,
      totalTokens: 7,
      inputTokensDetails: [],
      outputTokensDetails: [],
    },
    output: [
      {
        type: "message",
        role: "assistant",
        status: "completed",
        id: "m-1",
        content: [{ type: "output_text", text: "echo" }],
      },
    ],
    responseId: "r-1",
  };
}

export class Echo {
  constructor(readonly version: Name) {}

  async getResponse(): Promise<object> {
    await manualSpan({ spanName: "inside" }, async () => await Promise.resolve());
    return answerOf();
  }

  async *getStreamedResponse(): AsyncGenerator<object> {
    await manualSpan({ spanName: "inside" }, async () => await Promise.resolve());
    const { output, usage } = answerOf() as { output: object; usage: object };
    const plain = { ...usage, inputTokensDetails: {}, outputTokensDetails: {} };
    const streamed = this.version === "agents-0.1" ? plain : usage;
    // Of 0.1 alone an event is not what an answer is.
    yield { type: "response_done", response: { id: "r-1", output, usage: streamed } };
  }
}

class Broken extends Echo {
  override async getResponse(): Promise<object> {
    return await Promise.reject(new Error("out of order"));
  }
}

/** Makes the SDK's span itself, and asks its parent class. */
class SelfTraced extends Echo {
  constructor(
    version: Name,
    private readonly agents: AgentsModule,
  ) {
    super(version);
  }

  override async getResponse(): Promise<object> {
    return await this.agents.withGenerationSpan(async () => await super.getResponse(), {
      data: { model: "echo-1" },
    });
  }
}

export function testModels(version: Name): void {
  const title = (what: string): string => `${what} (${version})`;

  for (const isStreamed of [false, true]) {
    test(
      title(`a model of the app's has a span, ${isStreamed ? "streamed" : "whole"}`),
      async () => {
        await tracedRuns(version, async (round) => {
          const agent = agentOf(round, { name: "Parrot", model: new Echo(version) });
          const result = await round.agents.run(agent, "Hi", { stream: isStreamed });
          if (isStreamed) await readToTheEnd(result);
          const spans = await round.delivered();
          const call = onlyCall(spans);
          isChildOf(spanNamed(spans, "inside"), call);
          const { attributes } = call;
          assert.equal(attributes["llm.input_messages.0.message.content"], "Help.");
          assert.equal(attributes["llm.input_messages.1.message.content"], "Hi");
          assert.equal(attributes["llm.output_messages.0.message.role"], "assistant");
          assert.equal(attributes["llm.output_messages.0.message.content"], "echo");
          assert.equal(attributes["llm.token_count.total"], 7);
          // Nothing says whose model it is.
          assert.equal(attributes["llm.system"], undefined);
          assert.equal(attributes["llm.provider"], undefined);
        });
      },
    );
  }

  test(title("so has one that a provider of the app's gives"), async () => {
    await tracedRuns(version, async (round) => {
      const modelProvider = { getModel: async () => await Promise.resolve(new Echo(version)) };
      const runner = new round.agents.Runner({ modelProvider });
      await runner.run(agentOf(round, { name: "Parrot", model: "mine" }), "Hi");
      onlyCall(await round.delivered());
    });
  });

  test(title("a model that makes the SDK's span itself has one span"), async () => {
    await tracedRuns(version, async (round) => {
      const model = new SelfTraced(version, round.agents);
      await round.agents.run(agentOf(round, { name: "Parrot", model }), "Hi");
      const { attributes } = onlyCall(await round.delivered());
      assert.equal(attributes["llm.model_name"], "echo-1");
      assert.equal(attributes["llm.output_messages.0.message.content"], "echo");
    });
  });

  test(title("a model that fails fails its span"), async () => {
    await tracedRuns(version, async (round) => {
      const agent = agentOf(round, { name: "Parrot", model: new Broken(version) });
      await assert.rejects(round.agents.run(agent, "Hi"), /out of order/);
      const { status, events } = onlyCall(await round.delivered());
      assert.equal(status.code, 2);
      assert.equal(status.message, "out of order");
      assert.equal(events.length, 1);
    });
  });
}

function onlyCall(spans: readonly DecodedSpan[]): DecodedSpan {
  const [call, ...others] = spans.filter(
    ({ attributes }) => attributes["openinference.span.kind"] === "LLM",
  );
  assert.ok(call !== undefined, "there is no call");
  assert.deepEqual(others, []);
  return call;
}
