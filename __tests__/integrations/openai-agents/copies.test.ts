// The app's `openai` package and the SDK's are of different major versions.

import assert from "node:assert/strict";
import { test } from "node:test";

import { spanTree } from "../../../js/testing/tree.js";
import { isChildOf, spanNamed } from "../../capture/traced.js";
import { AGENTS_SDKS, type AgentsSdk as Name, type OpenAiSdk } from "../../support/sdks.js";
import { runApp } from "./programs.js";

/** Another major version than the SDK's own. */
const OTHER: Readonly<Record<Name, OpenAiSdk>> = {
  "agents-0.1": "openai-6",
  "agents-0.3": "openai-7",
  "agents-0.8": "openai-5",
  "agents-0.20": "openai-6",
};

/** How the app may come to have both traced. */
const WAYS: Readonly<Record<string, string>> = {
  "both named":
    "setup({ autoInstrument: false, modules: { openai: OpenAI, openaiAgents: agents } })",
  "the agents named first":
    "setup({ autoInstrument: false, modules: { openaiAgents: agents, openai: OpenAI } })",
};

for (const version of AGENTS_SDKS) {
  const openai = OTHER[version];
  for (const [way, begin] of Object.entries(WAYS)) {
    test(`${version} beside ${openai}: calls through either are one span each, ${way}`, async () => {
      const { spans, calls } = await runApp(
        version,
        `
        const tracing = await ${begin};
        agents.setTraceProcessors([]);
        const client = new OpenAI();
        const ask = async (content) => await client.chat.completions.create({
          model: "gpt-4o", messages: [{ role: "user", content }],
        });
        await new Promise((resolve) => setImmediate(resolve));
        const tools = [dig(async () => {
          await manualSpan({ spanName: "think" }, async () => await ask("In the tool"));
          await ask("Beside it");
          return "gold";
        })];
        await agents.run(helper({ tools }), "Please dig");
        const model = new agents.OpenAIResponsesModel(client, "gpt-4o");
        await agents.run(helper({ name: "Borrower", model }), "Hello");
        await ask("Outside");
        await tracing.shutdown();`,
        { openai },
      );
      const llm = spans.filter(({ attributes }) => attributes["openinference.span.kind"] === "LLM");
      assert.equal(calls, 6);
      assert.equal(llm.length, calls, spanTree(spans));
      for (const { attributes } of llm) {
        assert.equal(attributes["http.response.status_code"], 200);
        assert.ok(Number(attributes["llm.token_count.total"]) > 0);
      }
      const said = (text: string): (typeof llm)[number] => {
        const [call, ...others] = llm.filter(
          ({ attributes }) => attributes["llm.input_messages.0.message.content"] === text,
        );
        assert.ok(call !== undefined && others.length === 0, text);
        return call;
      };
      isChildOf(said("In the tool"), spanNamed(spans, "think"));
      isChildOf(spanNamed(spans, "think"), spanNamed(spans, "dig"));
      isChildOf(said("Beside it"), spanNamed(spans, "dig"));
      assert.equal(said("Outside").parentSpanId, "");
      assert.equal(said("Outside").attributes["openai.agents.span_type"], undefined);
      const ofAgents = llm.filter(
        ({ attributes }) => attributes["openai.agents.span_type"] === "response",
      );
      assert.equal(ofAgents.length, 3);
      assert.doesNotMatch(spanTree(spans), /orphan/);
    });
  }
}
