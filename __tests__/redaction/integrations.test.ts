// The same secrets through the real SDKs: nothing of them is in what a collector gets, in any place.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { RedactFunction, SetupOptions } from "catalyst-tracing";

import { testCalls } from "../integrations/openai/round.js";
import { tracedRuns } from "../integrations/openai-agents/round.js";
import { agentOf, toolOf } from "../integrations/openai-agents/scenarios.js";
import { chat } from "../support/model-server/chat.js";
import { faults } from "../support/model-server/faults.js";

const EMAIL = "ann.lee@example.com";
const KEY = "sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2";
const TEXT = `I am ${EMAIL}, my card is 4111 1111 1111 1111, my key ${KEY}`;
// None of them is so short that a time or an identifier could hold it by chance.
const SECRETS = ["ann.lee", "4111 1111", "4111111111", "a1B2c3D4"];

const strike: RedactFunction = (text) =>
  text
    .replaceAll(EMAIL, "<email>")
    .replaceAll("4111 1111 1111 1111", "<card>")
    .replaceAll(KEY, "<key>");

const ways: [name: string, redact: SetupOptions["redact"]][] = [
  ["detectors", true],
  ["a function", [strike]],
];

for (const [name, redact] of ways) {
  describe(`under ${name}`, () => {
    testCalls(
      "a call of openai sends no secret, whole, streamed or failed",
      async ({ client, server, delivered }) => {
        const messages = [
          { role: "system", content: TEXT },
          { role: "user", content: [{ type: "text", text: TEXT }] },
        ];
        const request = { model: "gpt-4o", messages, metadata: { who: EMAIL }, user: EMAIL };
        server.reply(chat.text(TEXT));
        await client.chat.completions.create(request);
        server.reply(faults.status(400, { message: TEXT }));
        await assert.rejects(client.chat.completions.create(request));
        const spans = await delivered();
        assert.equal(spans.length, 2);
        for (const span of spans) hasNoSecret(span);
        const { attributes } = spans[0] ?? assert.fail("no span");
        assert.ok(Number(attributes["llm.token_count.total"]) > 0);
        const input = JSON.parse(String(attributes["input.value"])) as typeof request;
        assert.equal(input.messages.length, 2);
      },
      { redact },
    );

    test("a run of agents sends no secret of its tools, handoffs and errors", async () => {
      await tracedRuns(
        "agents-0.8",
        async (round) => {
          const tell = toolOf(round, "tell", async () => await Promise.resolve(TEXT));
          const fail = toolOf(round, "fail", async () => await Promise.reject(new Error(TEXT)));
          const options = { instructions: TEXT, tools: [tell, fail] };
          const agent = agentOf(round, { name: "Helper", ...options });
          await round.agents.run(agent, `Please tell ${TEXT}`);
          await round.agents.run(agent, `Please fail ${TEXT}`);
          const spans = await round.delivered();
          assert.ok(spans.length > 4);
          for (const span of spans) hasNoSecret(span);
        },
        { setup: { redact } },
      );
    });
  });
}

function hasNoSecret(span: unknown): void {
  const text = JSON.stringify(span, (_key, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  for (const secret of SECRETS) assert.ok(!text.includes(secret), `${secret} in ${text}`);
}
