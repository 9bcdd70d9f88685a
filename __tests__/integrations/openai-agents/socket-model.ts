// The SDK's model that talks to OpenAI over a socket, without the `openai` client. Only the SDK's own
// span tells of its calls.

import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { test } from "node:test";

import { spanTree } from "../../../js/testing/tree.js";
import { type AgentsSdk as Name, sdk } from "../../support/sdks.js";
import { tracedRuns } from "./round.js";
import { agentOf, step, toolOf } from "./scenarios.js";
import { expectedTree, readToTheEnd } from "./trees.js";

/** As much of the `ws` package as is used here. */
interface Socket {
  on(event: "message", listener: (data: Buffer) => void): void;
  send(text: string): void;
  terminate(): void;
}

interface SocketServer {
  readonly clients: Set<Socket>;
  address(): AddressInfo;
  on(event: string, listener: (socket: Socket) => void): this;
  once(event: string, listener: () => void): this;
  close(): void;
}

interface SocketPackage {
  WebSocket: unknown;
  WebSocketServer: new (options: { host: string; port: number }) => SocketServer;
}

interface SocketModel {
  close?(): Promise<void>;
}

interface SocketModels {
  OpenAIResponsesWSModel: new (client: object, model: string, options: object) => SocketModel;
}

const USAGE = {
  input_tokens: 3,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 4,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 7,
};

const CALL = {
  type: "function_call",
  id: "fc_1",
  call_id: "call_1",
  name: "refund",
  arguments: '{"text":"x"}',
  status: "completed",
};

const ANSWER = {
  type: "message",
  id: "msg_1",
  role: "assistant",
  status: "completed",
  content: [{ type: "output_text", text: "paid back", annotations: [] }],
};

/** Answers with a call of the tool, and once that has been made with a text. */
function answer(socket: Socket, data: Buffer): void {
  const { input, instructions, tools } = JSON.parse(String(data)) as Record<string, unknown>;
  const isDone = JSON.stringify(input).includes("function_call_output");
  const response = {
    id: isDone ? "resp_2" : "resp_1",
    object: "response",
    created_at: 1_750_000_000,
    model: "gpt-5-mini-2025-08-07",
    instructions,
    tools,
  };
  const output = [isDone ? ANSWER : CALL];
  const events = [
    { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
    {
      type: "response.completed",
      response: { ...response, status: "completed", output, usage: USAGE },
    },
  ];
  for (const [index, event] of events.entries()) {
    socket.send(JSON.stringify({ ...event, sequence_number: index }));
  }
}

async function withSocketServer(
  version: Name,
  body: (address: string) => Promise<void>,
): Promise<void> {
  const { WebSocket, WebSocketServer } = sdk(version).requireCjs("ws") as SocketPackage;
  const globals = globalThis as { WebSocket?: unknown };
  const before = globals.WebSocket;
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  server.on("connection", (socket) => socket.on("message", (data) => answer(socket, data)));
  await once(server as never, "listening");
  globals.WebSocket = WebSocket;
  try {
    await body(`127.0.0.1:${server.address().port}/v1`);
  } finally {
    globals.WebSocket = before;
    for (const client of server.clients) client.terminate();
    server.close();
  }
}

export function testSocketModel(version: Name): void {
  for (const isStreamed of [false, true]) {
    const how = isStreamed ? "streamed" : "whole";
    test(`a model that talks over a socket has the SDK's span, ${how} (${version})`, async () => {
      await withSocketServer(version, async (address) => {
        await tracedRuns(version, async (round) => {
          const OpenAI = round.openai as new (options: object) => object;
          const client = new OpenAI({ apiKey: "key", baseURL: `http://${address}` });
          const { OpenAIResponsesWSModel } = round.agents as unknown as SocketModels;
          const options = { websocketBaseURL: `ws://${address}` };
          const model = new OpenAIResponsesWSModel(client, "gpt-5-mini", options);
          const refund = toolOf(round, "refund", async () => await step("look up", "paid"));
          const agent = agentOf(round, { name: "Teller", model, tools: [refund] });
          const result = await round.agents.run(agent, "Refund me", { stream: isStreamed });
          if (isStreamed) await readToTheEnd(result);
          await model.close?.();
          const spans = await round.delivered();
          assert.equal(spanTree(spans), expectedTree("socket-model", version));
          const [, second] = spans.filter(({ name }) => name === "response");
          const { attributes } = second ?? assert.fail();
          assert.equal(attributes["llm.model_name"], "gpt-5-mini-2025-08-07");
          assert.equal(attributes["llm.token_count.total"], 7);
          const input = (name: string): unknown => attributes[`llm.input_messages.${name}`];
          assert.equal(input("0.message.role"), "system");
          assert.equal(input("0.message.content"), "Help.");
          assert.equal(input("1.message.content"), "Refund me");
          assert.equal(input("2.message.tool_calls.0.tool_call.id"), "call_1");
          assert.equal(input("3.message.role"), "tool");
          assert.equal(input("3.message.tool_call_id"), "call_1");
          assert.equal(input("3.message.content"), "paid");
          assert.equal(attributes["llm.output_messages.0.message.content"], "paid back");
        });
      });
    });
  }
}
