// The clients' own helpers on top of the calls: they put streams together again and are strict about
// the order of events.

import assert from "node:assert/strict";
import { test } from "node:test";

import { sdk } from "../sdks.js";
import { chat } from "./chat.js";
import { at, INSTALLED } from "./clients.js";
import { conversation } from "./conversation.js";
import { items } from "./response-items.js";
import { responses } from "./responses.js";
import { startModelServer } from "./server.js";

interface ChatHelpers {
  stream(body: object): { finalChatCompletion(): Promise<unknown> };
  parse(body: object): Promise<unknown>;
  runTools(body: object): { finalContent(): Promise<unknown> };
}

interface Helpers {
  chat: { completions: ChatHelpers };
  /** Where version 4 has them. */
  beta: { chat: { completions: ChatHelpers } };
  responses: {
    stream(body: object): { finalResponse(): Promise<unknown> };
    parse(body: object): Promise<unknown>;
  };
}

interface ZodHelpers {
  zodResponseFormat(schema: unknown, name: string): object;
  zodTextFormat(schema: unknown, name: string): object;
}

interface Zod {
  z: { object(shape: object): unknown; string(): unknown; number(): unknown };
}

const model = "gpt-4o-mini";
const messages = [{ role: "user", content: "Where is order ABC-123?" }];
const PLACE = { order_id: "ABC-123", days: 1 };

for (const { name, form, major, load } of INSTALLED) {
  if (form === "CommonJS") continue;
  const connect = async (url: string): Promise<{ client: Helpers; chatApi: ChatHelpers }> => {
    const { OpenAI } = await load();
    const client = new OpenAI({ apiKey: "sk-test", baseURL: url }) as unknown as Helpers;
    return { client, chatApi: (major === 4 ? client.beta : client).chat.completions };
  };

  test(`streams are put together by the helpers of ${name}`, async () => {
    await using server = await startModelServer();
    const { client, chatApi } = await connect(server.url);
    const calls = [
      { name: "lookup_order", arguments: PLACE },
      { name: "weather", arguments: { city: "Zürich" } },
    ];
    server.reply(chat.toolCalls(calls, { pieceLength: 3 }));
    const completion = await chatApi.stream({ model, messages }).finalChatCompletion();
    const made = at(completion, "choices", 0, "message", "tool_calls") as unknown[];
    assert.deepEqual(
      made.map((call) => JSON.parse(String(at(call, "function", "arguments"))) as unknown),
      [PLACE, { city: "Zürich" }],
    );
    const output = [
      items.reasoning({ summary: ["I think."] }),
      items.functionCall({ name: "lookup_order", arguments: PLACE }),
      items.refusal("Not that."),
      items.text("It is on its way."),
    ];
    server.reply(responses.output(output, { pieceLength: 4 }));
    const response = await client.responses.stream({ model, input: "?" }).finalResponse();
    assert.equal(at(response, "output", 3, "content", 0, "text"), "It is on its way.");
    assert.equal(at(response, "output", 1, "arguments"), JSON.stringify(PLACE));
    assert.equal(at(response, "output", 2, "content", 0, "refusal"), "Not that.");
  });

  test(`structured output follows the schema that ${name} sends`, async () => {
    await using server = await startModelServer();
    const { client, chatApi } = await connect(server.url);
    const { importEsm } = sdk(name);
    const { z } = (await importEsm("zod")) as Zod;
    const helpers = (await importEsm("openai/helpers/zod")) as ZodHelpers;
    const schema = z.object({ order_id: z.string(), days: z.number() });
    const response_format = helpers.zodResponseFormat(schema, "place");
    const completion = await chatApi.parse({ model, messages, response_format });
    assert.deepEqual(at(completion, "choices", 0, "message", "parsed"), PLACE);
    const text = { format: helpers.zodTextFormat(schema, "place") };
    const response = await client.responses.parse({ model, input: messages, text });
    assert.deepEqual(at(response, "output_parsed"), PLACE);
  });

  test(`tools are run by the helper of ${name}`, async () => {
    await using server = await startModelServer();
    const { chatApi } = await connect(server.url);
    const parameters = { type: "object", properties: { order_id: { type: "string" } } };
    const described = { name: "lookup_order", description: "Looks an order up.", parameters };
    const lookup = (given: unknown): string => `${String(at(given, "order_id"))} was shipped`;
    const tool = {
      type: "function",
      function: { ...described, function: lookup, parse: JSON.parse },
    };
    server.reply(conversation());
    const answer = await chatApi.runTools({ model, messages, tools: [tool] }).finalContent();
    assert.equal(answer, "This is what I found: ABC-123 was shipped");
    assert.equal(server.requests.length, 2);
  });
}
