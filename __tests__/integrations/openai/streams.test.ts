// The span of a streamed call: it ends when the app is done with the stream, however that comes
// about, and has what had arrived by then.

import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { chat } from "../../support/model-server/chat.js";
import { faults } from "../../support/model-server/faults.js";
import { outcome, question, STORY } from "./behaviours.js";
import type { Client, SdkStream } from "./clients.js";
import { testCalls, type CallRound } from "./round.js";

const UNSET = 0;
const ERROR = 2;

const streamed = { ...question, stream: true };

testCalls("the span of a stream is open while the stream is read", async (round) => {
  const { client, tracing, only } = round;
  for await (const chunk of await client.chat.completions.create(streamed)) {
    assert.ok(chunk);
    assert.equal(tracing.stats().open, 1);
  }
  assert.equal(tracing.stats().open, 0);
  assert.equal((await only()).status.code, UNSET);
});

const endings: readonly [how: string, read: (stream: SdkStream) => Promise<unknown>][] = [
  [
    "is left early",
    async (stream) => {
      for await (const chunk of stream) if (chunk) break;
    },
  ],
  [
    "is aborted by its controller",
    async (stream) => {
      for await (const chunk of stream) if (chunk) stream.controller.abort();
    },
  ],
  ["is read in both halves", async (stream) => await Promise.all(stream.tee().map(readAll))],
  [
    "is read as bytes",
    async (stream) => await new Response(stream.toReadableStream()).arrayBuffer(),
  ],
  [
    "is read by hand",
    async (stream) => {
      const steps = stream.iterator();
      while ((await steps.next()).done !== true);
    },
  ],
  ["is read twice", async (stream) => [await readAll(stream), await outcome(readAll(stream))]],
];
for (const [how, read] of endings) {
  testCalls(`the span of a stream that ${how} ends without an error`, async (round) => {
    const { client, tracing, only } = round;
    await read(await client.chat.completions.create(streamed));
    assert.equal(tracing.stats().open, 0);
    const { status, events } = await only();
    assert.deepEqual([status.code, events], [UNSET, []]);
  });
}

testCalls("a loop that throws ends the span, and the error is the app's alone", async (round) => {
  const { client, only } = round;
  const stream = await client.chat.completions.create(streamed);
  const seen = await outcome(async () => {
    for await (const chunk of stream) throw new RangeError(String(chunk["object"]));
  });
  assert.deepEqual((seen as { error?: string }).error, "RangeError");
  assert.equal((await only()).status.code, UNSET);
});

testCalls("a stream that breaks off is an error", async ({ client, server, only }) => {
  server.reply(faults.cut(chat.text(STORY), { after: 3 }));
  await outcome(async () => await readAll(await client.chat.completions.create(streamed)));
  const { status, events } = await only();
  assert.equal(status.code, ERROR);
  assert.equal(events[0]?.name, "exception");
});

testCalls("a malformed event is an error", async ({ client, server, only }) => {
  server.reply(faults.malformedEvent(chat.text(STORY)));
  const { error, warn } = console;
  Object.assign(console, { error: () => {}, warn: () => {} });
  await outcome(async () => await readAll(await client.chat.completions.create(streamed)));
  Object.assign(console, { error, warn });
  const { status, events } = await only();
  assert.equal(status.code, ERROR);
  assert.equal(events[0]?.attributes["exception.type"], "SyntaxError");
});

testCalls("a stream that nobody reads ends its span when it is collected", async (round) => {
  await openAndForget(round.client);
  await collected(round);
  assert.equal((await round.only()).status.code, UNSET);
});

testCalls("a stream that is read halfway ends its span when it is collected", async (round) => {
  const began = performance.now();
  await readHalf(round.client);
  const heardForMs = performance.now() - began;
  await delay(50);
  await collected(round);
  const { startTimeUnixNano, endTimeUnixNano, status } = await round.only();
  const lastedMs = Number(endTimeUnixNano - startTimeUnixNano) / 1e6;
  assert.ok(lastedMs <= heardForMs + 1, `${lastedMs} ms: it ends when something came last`);
  assert.equal(status.code, UNSET);
});

testCalls("a call that nobody awaits ends its span when it is collected", async (round) => {
  const { client, server } = round;
  startAndForget(client);
  await server.waitUntil(() => server.requests[0]?.outcome === "answered");
  await collected(round);
  assert.equal((await round.only()).status.code, UNSET);
});

async function readAll(stream: SdkStream): Promise<void> {
  for await (const chunk of stream) assert.ok(chunk);
}

// Each in a function of its own, whose variables are gone when it returns.

function startAndForget(client: Client): void {
  void client.chat.completions.create(question);
}

async function openAndForget(client: Client): Promise<void> {
  await client.chat.completions.create(streamed);
}

async function readHalf(client: Client): Promise<void> {
  const steps = (await client.chat.completions.create(streamed)).iterator();
  await steps.next();
  await steps.next();
}

/** Resolves once the garbage collector has been through, and nothing is open any more. */
async function collected({ tracing }: CallRound): Promise<void> {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  for (let turn = 0; turn < 100 && tracing.stats().open > 0; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    gc();
  }
}
