// What was asked, where the SDK's own text of it is what is recorded: what was sent, and once read. Where
// that text cannot be had, it is what the app passed.

import assert from "node:assert/strict";

import type { Attributes } from "../../support/otlp.js";
import { chat } from "../../support/model-server/chat.js";
import { faults } from "../../support/model-server/faults.js";
import { question } from "./behaviours.js";
import { testCalls } from "./round.js";

const one = { role: "user", content: "One" };
const changed = { role: "user", content: "Changed – 昔々 🐈" };

function asked({ attributes }: { attributes: Attributes }): unknown {
  return JSON.parse(String(attributes["input.value"]));
}

testCalls("what was asked is what was sent, whatever the app does to it", async (round) => {
  const { client, server, only } = round;
  const messages = [one];
  const promise = client.chat.completions.create({ ...question, messages });
  messages[0] = changed;
  await promise;
  messages.push({ role: "assistant", content: "An answer" });
  const span = await only();
  assert.deepEqual(asked(span), server.requests[0]?.body);
  assert.equal(span.attributes["llm.input_messages.0.message.content"], changed.content);
  assert.equal(span.attributes["llm.input_messages.1.message.content"], undefined);
});

testCalls("each of several calls with one object has what it sent", async (round) => {
  const { client, server, delivered } = round;
  const body = { ...question, messages: [one] };
  await Promise.all([1, 2, 3].map(() => client.chat.completions.create(body)));
  const spans = await delivered();
  assert.deepEqual(
    spans.map(asked),
    server.requests.map((request) => request.body),
  );
  assert.equal(spans.length, 3);
});

testCalls("a getter of a request is read as often as without tracing", async (round) => {
  const { client, only } = round;
  let reads = 0;
  const body = {
    ...question,
    get user() {
      reads += 1;
      return `reader ${reads}`;
    },
  };
  await client.chat.completions.create(body);
  assert.equal(reads, 1);
  assert.equal((asked(await only()) as { user: string }).user, "reader 1");
});

testCalls("a client that looks at its requests itself is read at the call", async (round) => {
  const { sdk, server, only } = round;
  class Looking extends sdk.OpenAI {
    async prepareRequest(): Promise<void> {
      await Promise.resolve();
    }
  }
  const client = new Looking({ apiKey: "key", baseURL: server.url });
  const messages = [one];
  const promise = client.chat.completions.create({ ...question, messages });
  messages.push(changed);
  await promise;
  assert.deepEqual((asked(await only()) as { messages: unknown }).messages, [one]);
});

testCalls("a body that replaces the argument is what was asked", async (round) => {
  const { client, server, only } = round;
  const body = { ...question, messages: [changed] };
  await client.chat.completions.create({ ...question, messages: [one] }, { body });
  assert.deepEqual(asked(await only()), body);
  assert.deepEqual(server.requests[0]?.body, body);
});

testCalls("what cannot be sent is recorded all the same", async ({ client, server, only }) => {
  const call = client.chat.completions.create({ ...question, seed: 12n });
  await assert.rejects(async () => call, TypeError);
  const span = await only();
  assert.deepEqual(asked(span), { ...question, seed: "12" });
  assert.equal(server.requests.length, 0);
});

testCalls("a request that is sent again is recorded once", async ({ client, server, only }) => {
  server.reply(faults.rateLimited(1, chat.text("Hi")));
  await client.chat.completions.create(question);
  assert.deepEqual(asked(await only()), server.requests[1]?.body);
  assert.equal(server.requests.length, 2);
});
