// Whole runs of the real Agents SDKs against the model that follows rules: two agents, a tool each,
// a handoff, both APIs, plain and streamed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { AGENTS_SDKS, sdk } from "../sdks.js";
import { at } from "./clients.js";
import { conversation } from "./conversation.js";
import { startModelServer, type ModelServer } from "./server.js";

interface Run {
  finalOutput: unknown;
  lastAgent: { name: string };
  completed: Promise<void>;
  [Symbol.asyncIterator](): AsyncIterator<unknown>;
}

interface AgentsModule {
  Agent: new (options: object) => object;
  OpenAIProvider: new (options: object) => object;
  Runner: new (options: object) => {
    run(agent: object, input: string, options?: object): Promise<Run>;
  };
  tool(options: object): object;
  setTracingDisabled(disabled: boolean): void;
}

interface Zod {
  z: { object(shape: object): unknown; string(): unknown };
}

const APIS = [
  ["Responses", true],
  ["Chat Completions", false],
] as const;

for (const name of AGENTS_SDKS) {
  for (const [api, useResponses] of APIS) {
    for (const stream of [false, true]) {
      const how = stream ? "streamed" : "plain";
      test(`${name} hands over and calls tools through ${api}, ${how}`, async () => {
        await using server = await startModelServer();
        const asked: unknown[] = [];
        const { runner, agent } = await team(name, server, useResponses, asked);
        server.reply(conversation({ arguments: { lookup_order: { order_id: "ABC-123" } } }));
        const run = await runner.run(agent, "Where is order ABC-123 now?", { stream });
        if (stream) {
          let events = 0;
          for await (const _ of run) events += 1;
          await run.completed;
          assert.ok(events > 10, `${events} events`);
        }
        assert.equal(run.lastAgent.name, "Shipping");
        assert.equal(run.finalOutput, "This is what I found: it is in Zürich");
        assert.deepEqual(asked, ["lookup ABC-123", "track ABC-123"]);
        assert.deepEqual(
          server.requests.map(({ endpoint, body, outcome }) => [
            endpoint,
            body["stream"] ?? false,
            outcome,
          ]),
          Array.from({ length: 4 }, () => [
            useResponses ? "responses" : "chat",
            stream,
            "answered",
          ]),
        );
        assert.deepEqual(server.problems, []);
      });
    }
  }
}

/** Triage looks an order up and hands over to shipping, which tracks it. */
async function team(
  name: (typeof AGENTS_SDKS)[number],
  server: ModelServer,
  useResponses: boolean,
  asked: unknown[],
): Promise<{ runner: InstanceType<AgentsModule["Runner"]>; agent: object }> {
  const { importEsm } = sdk(name);
  const { Agent, OpenAIProvider, Runner, tool, setTracingDisabled } =
    (await importEsm()) as AgentsModule;
  const { z } = (await importEsm("zod")) as Zod;
  setTracingDisabled(true);
  const recorded = (verb: string, result: string) => (input: unknown) => {
    asked.push(`${verb} ${String(at(input, "order_id"))}`);
    return result;
  };
  const parameters = z.object({ order_id: z.string() });
  const lookup = tool({
    name: "lookup_order",
    description: "Looks an order up.",
    parameters,
    execute: recorded("lookup", "it was shipped"),
  });
  const track = tool({
    name: "track_parcel",
    description: "Says where a parcel is.",
    parameters,
    execute: recorded("track", "it is in Zürich"),
  });
  const model = "gpt-4o-mini";
  const shipping = new Agent({ name: "Shipping", instructions: "Track.", model, tools: [track] });
  const agent = new Agent({
    name: "Triage",
    instructions: "Help.",
    model,
    tools: [lookup],
    handoffs: [shipping],
  });
  const modelProvider = new OpenAIProvider({
    apiKey: "sk-test",
    baseURL: server.url,
    useResponses,
  });
  return { runner: new Runner({ modelProvider }), agent };
}
