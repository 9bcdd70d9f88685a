// Requests that the SDK sends again: each call's span says how often, also among calls that look alike.

import assert from "node:assert/strict";

import { manualSpan } from "catalyst-tracing";

import type { DecodedSpan } from "../../support/otlp.js";
import { chat } from "../../support/model-server/chat.js";
import { faults } from "../../support/model-server/faults.js";
import { testCalls } from "./round.js";
import { question } from "./behaviours.js";

const CALLS = 10;

const failing = faults.status(500, { retryAfterSeconds: 0.001 });

function resends(spans: readonly DecodedSpan[]): unknown[] {
  const calls = spans.filter(({ name }) => name.startsWith("OpenAI"));
  return calls.map(({ attributes }) => attributes["http.request.resend_count"] ?? 0);
}

testCalls("each of many calls with one request counts its own retries", async (round) => {
  const { client, server, delivered } = round;
  server.reply(faults.rateLimited(4, chat.text("Hi")));
  await Promise.all(
    Array.from({ length: CALLS }, async () => client.chat.completions.create(question)),
  );
  const counts = resends(await delivered()) as number[];
  assert.equal(counts.length, CALLS);
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    4,
  );
  assert.equal(server.requests.length, CALLS + 4);
});

testCalls("each of several calls that fail in the end counts its own retries", async (round) => {
  const { client, server, delivered } = round;
  server.reply(failing);
  const calls = Array.from({ length: 3 }, async () => client.chat.completions.create(question));
  for (const { status } of await Promise.allSettled(calls)) assert.equal(status, "rejected");
  assert.deepEqual(resends(await delivered()), [2, 2, 2]);
});

testCalls("a call under a span of the app's counts its retries", async (round) => {
  const { client, server, delivered } = round;
  server.reply(faults.rateLimited(1, chat.text("Hi")));
  await manualSpan({ spanName: "outer" }, async () => client.chat.completions.create(question));
  assert.deepEqual(resends(await delivered()), [1]);
});

testCalls("a request without a body and one with a changed body count theirs", async (round) => {
  const { client, server, delivered } = round;
  server.reply(failing);
  const retrieving = client.responses.retrieve("resp_1");
  await assert.rejects(async () => retrieving);
  const embedding = client.embeddings.create({ model: "m", input: "Hi" });
  await assert.rejects(async () => embedding);
  const counts = (await delivered()).map((span) => span.attributes["http.request.resend_count"]);
  assert.deepEqual(counts, [2, 2]);
});
