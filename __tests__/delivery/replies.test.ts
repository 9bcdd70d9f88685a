// Answers that are odd, broken, endless or missing.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { test } from "node:test";

import { startCollector } from "../support/collector.js";
import { accountedFor, losses, record, start } from "./tracing.js";

const MIB = 1024 * 1024;

test("spans that a collector rejects in a partial success are lost, and the rest is delivered", async () => {
  await using collector = await startCollector();
  collector.respond([{ partial: { rejected: 2, message: "too old" } }]);
  await using tracing = await start({ endpoint: collector.url });
  record(tracing, 5);
  const { ok, delivered, lost } = await tracing.flush();
  assert.deepEqual({ ok, delivered, lost }, { ok: false, delivered: 3, lost: 2 });
  const stats = accountedFor(tracing, collector);
  assert.deepEqual(losses(stats), ["export rejected 2"]);
  assert.match(stats.lastError ?? "", /too old/);
  assert.equal(stats.requests, 1);
});

test("a partial success over JSON is understood too", async () => {
  await using collector = await startCollector();
  collector.respond([{ partial: { rejected: 1, message: "no" } }]);
  await using tracing = await start({ endpoint: collector.url, protocol: "http/json" });
  record(tracing, 5);
  await tracing.flush();
  assert.deepEqual(losses(accountedFor(tracing, collector)), ["export rejected 1"]);
});

test("a partial success that rejects nothing is a remark", async () => {
  await using collector = await startCollector();
  collector.respond([{ partial: { rejected: 0, message: "please upgrade" } }]);
  await using tracing = await start({ endpoint: collector.url });
  record(tracing, 5);
  assert.equal((await tracing.flush()).ok, true);
  const stats = accountedFor(tracing, collector);
  assert.match(stats.lastError ?? "", /please upgrade/);
});

test("a collector cannot reject more spans than it was sent", async () => {
  await using collector = await startCollector();
  collector.respond([{ partial: { rejected: 1_000_000, message: "all and more" } }]);
  await using tracing = await start({ endpoint: collector.url });
  record(tracing, 5);
  await tracing.flush();
  const stats = accountedFor(tracing, collector);
  assert.deepEqual(losses(stats), ["export rejected 5"]);
});

/** All of these begin with a 200, so that the spans are there: sending them again would double them. */
const ODD_SUCCESSES = {
  "a web page": { status: 200, headers: { "content-type": "text/html" }, body: "<h1>Hello</h1>" },
  "bytes that are no message": { status: 200, body: Buffer.alloc(100, 0xff) },
  "JSON that is no answer": {
    status: 200,
    headers: { "content-type": "application/json" },
    body: "[1",
  },
  "no content": { status: 204 },
  "an accepted": { status: 202 },
  "a body that is cut off": { cutBody: true as const },
  "a body of 100 MB": { bigBody: 100 * MIB },
  "a body that comes late": { slowBody: 300 },
};

for (const [name, behaviour] of Object.entries(ODD_SUCCESSES)) {
  test(`a success with ${name} is a success, once`, async () => {
    await using collector = await startCollector();
    collector.respond([behaviour]);
    await using tracing = await start({ endpoint: collector.url });
    record(tracing, 5);
    assert.equal((await tracing.flush()).ok, true);
    record(tracing, 2);
    assert.equal((await tracing.flush()).ok, true);
    const stats = accountedFor(tracing, collector);
    assert.deepEqual([stats.delivered, stats.requests, stats.retries], [7, 2, 0]);
  });
}

test("an answer of 100 MB is not kept in memory", async () => {
  await using collector = await startCollector();
  collector.respond({ status: 500, body: Buffer.alloc(100 * MIB, " ") });
  await using tracing = await start({ endpoint: collector.url });
  record(tracing, 5);
  const before = process.memoryUsage().rss;
  await tracing.flush();
  const grown = (process.memoryUsage().rss - before) / MIB;
  assert.ok(grown < 150, `${grown} MiB`);
  assert.deepEqual(losses(accountedFor(tracing, collector)), ["export response_too_large 5"]);
});

test("a connection that is reset is retried", async () => {
  await using collector = await startCollector();
  collector.respond([{ reset: true }]);
  await using tracing = await start({ endpoint: collector.url });
  record(tracing, 5);
  assert.equal((await tracing.flush()).ok, true);
  const stats = accountedFor(tracing, collector);
  assert.deepEqual([stats.requests, stats.retries], [2, 1]);
});

test("a kept connection that is reset is replaced without a word", async () => {
  await using collector = await startCollector();
  collector.respond([{ status: 200 }, { reset: true }]);
  await using tracing = await start({ endpoint: collector.url });
  for (let round = 0; round < 2; round++) {
    record(tracing, 5);
    assert.equal((await tracing.flush()).ok, true);
  }
  assert.equal(accountedFor(tracing, collector).delivered, 10);
  assert.equal(collector.requests.at(-1)?.connection, 1);
});

test("one connection serves many batches", async () => {
  await using collector = await startCollector();
  await using tracing = await start({ endpoint: collector.url });
  for (let round = 0; round < 5; round++) {
    record(tracing, 2);
    await tracing.flush();
  }
  assert.deepEqual(
    collector.requests.map((request) => request.connection),
    [0, 0, 0, 0, 0],
  );
});

test("a collector that never answers costs a round, and its spans wait", async () => {
  await using collector = await startCollector();
  collector.respond([{ hang: true }]);
  await using tracing = await start({ endpoint: collector.url, timeoutMs: 150 });
  record(tracing, 5);
  const { ok, pending } = await tracing.flush();
  assert.deepEqual({ ok, pending }, { ok: false, pending: 5 });
  assert.match(accountedFor(tracing, collector).lastError ?? "", /did not answer/);
  await collector.waitForSpans(5);
  await tracing.flush();
  assert.equal(accountedFor(tracing, collector).delivered, 5);
});

test("a flush does not wait longer than it was told to", async () => {
  await using collector = await startCollector();
  collector.respond({ hang: true });
  await using tracing = await start({ endpoint: collector.url });
  record(tracing, 5);
  const began = performance.now();
  const { ok, timedOut } = await tracing.flush(100);
  assert.deepEqual({ ok, timedOut }, { ok: false, timedOut: true });
  assert.ok(performance.now() - began < 1000);
  assert.equal(accountedFor(tracing, collector).queued, 5);
});

test("a slow collector is waited for, and other batches do not wait with it", async () => {
  await using collector = await startCollector();
  let answer = (): void => {};
  const answered = new Promise<void>((resolve) => (answer = resolve));
  collector.respond(async (index) => {
    if (index === 0) await answered;
    return undefined;
  });
  await using tracing = await start({ endpoint: collector.url, maxBatchSpans: 2 });
  record(tracing, 4);
  await collector.waitForSpans(2);
  answer();
  await tracing.flush();
  assert.equal(accountedFor(tracing, collector).delivered, 4);
});

/** A server that says this to whoever connects, and reads no word. */
async function saying(words: string): Promise<{ url: string } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}); // Clients leave in the middle of it.
    socket.once("data", () => socket.write(words));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

for (const words of [
  "SSH-2.0-OpenSSH_9\r\n",
  "HTTP/9.9 200 OK\r\n\r\n",
  "\u0000\u0001\u0002\u0003\r\n\r\n",
]) {
  test(`a peer that says ${JSON.stringify(words)} does not speak HTTP, and the spans are lost`, async () => {
    await using server = await saying(words);
    await using tracing = await start({ endpoint: server.url });
    record(tracing, 3);
    await tracing.flush();
    const stats = accountedFor(tracing);
    assert.deepEqual(losses(stats), ["export bad_response 3"]);
    assert.match(stats.lastError ?? "", /HTTP/);
  });
}

test("a head without an end does not fill the memory", async () => {
  await using server = await saying(`HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(200_000)}`);
  await using tracing = await start({ endpoint: server.url, timeoutMs: 500 });
  record(tracing, 3);
  await tracing.flush();
  const stats = accountedFor(tracing);
  assert.equal(stats.delivered, 0);
});
