// Each thing that the collector can be told to do with a request.

import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { test } from "node:test";

import { startCollector } from "./collector.js";
import { JSON_TYPE, PROTOBUF, gate, post } from "./collector-client.js";
import { jsonBody, manySpans, protobufBody, sampleRequest } from "./sample-request.js";

test("a queue is used up and the default follows", async () => {
  await using collector = await startCollector();
  collector.respond([{ status: 503, headers: { "retry-after": "0" } }, { status: 429 }]);
  const first = await post(collector);
  assert.equal(first.headers["retry-after"], "0");
  const statuses = [first.status, (await post(collector)).status, (await post(collector)).status];
  assert.deepEqual(statuses, [503, 429, 200]);
  assert.deepEqual(
    collector.requests.map((record) => record.accepted),
    [false, false, true],
  );
  assert.equal(collector.spans.length, 2, "only the accepted request counts");
});

test("a function decides by the request, and may take its time", async () => {
  await using collector = await startCollector();
  const decision = gate();
  collector.respond(async (index, record) => {
    await decision.opened;
    return { status: 200 + index + record.spans.length };
  });
  const reply = post(collector);
  await collector.waitForRequest((record) => record.index === 0);
  assert.equal(collector.spans.length, 0);
  decision.open();
  assert.equal((await reply).status, 202);
  assert.equal(collector.spans.length, 2);
});

test("a hanging request stays open until the collector closes", async () => {
  const collector = await startCollector();
  collector.respond({ hang: true });
  const reply = post(collector);
  await collector.waitForRequest(() => true);
  assert.equal(collector.openConnections, 1);
  await collector.close();
  await assert.rejects(reply, { code: "ECONNRESET" });
  assert.equal(collector.openConnections, 0);
  assert.equal(collector.spans.length, 0);
});

test("a reset drops the connection before any answer", async () => {
  await using collector = await startCollector();
  collector.respond({ reset: true });
  await assert.rejects(post(collector), { code: "ECONNRESET" });
  assert.equal(collector.spans.length, 0);
});

test("a cut body breaks off within a 200", async () => {
  await using collector = await startCollector();
  collector.respond({ cutBody: true });
  await assert.rejects(post(collector), { code: "ECONNRESET", message: "aborted" });
  assert.equal(collector.spans.length, 2, "a 2xx was sent, so the spans count");
});

test("a big body has the size that was asked for", async () => {
  await using collector = await startCollector();
  collector.respond({ bigBody: 5_000_001 });
  assert.equal((await post(collector)).body.length, 5_000_001);
});

test("a client that has enough of a big body does no harm", async () => {
  await using collector = await startCollector();
  collector.respond([{ bigBody: 500_000_000 }]);
  const upload = httpRequest(collector.url, { method: "POST", headers: PROTOBUF });
  const response = once(upload, "response");
  upload.end(protobufBody(sampleRequest));
  await response;
  upload.destroy();
  assert.equal((await post(collector)).status, 200);
  assert.deepEqual(collector.problems, []);
});

test("a slow body sends its head at once and its end later", async () => {
  const collector = await startCollector();
  collector.respond({ slowBody: 3_600_000 });
  const upload = httpRequest(collector.url, { method: "POST", headers: PROTOBUF });
  const response = once(upload, "response");
  upload.end(protobufBody(sampleRequest));
  const [reply] = (await response) as [{ statusCode: number; complete: boolean }];
  assert.equal(reply.statusCode, 200);
  assert.equal(reply.complete, false);
  upload.destroy();
  await collector.close();
});

test("a slow body is complete once its time has passed", async () => {
  await using collector = await startCollector();
  collector.respond({ slowBody: 1 });
  assert.equal((await post(collector)).status, 200);
});

test("a delayed answer comes", async () => {
  await using collector = await startCollector();
  collector.respond({ status: 204, delayMs: 1 });
  assert.equal((await post(collector)).status, 204);
  assert.equal(collector.spans.length, 2);
});

test("a delayed answer that nobody waits for accepts nothing", async () => {
  await using collector = await startCollector();
  collector.respond({ status: 200, delayMs: 3_600_000 });
  const upload = httpRequest(collector.url, { method: "POST", headers: PROTOBUF });
  upload.on("error", () => {});
  upload.end(protobufBody(sampleRequest));
  await collector.waitForRequest(() => true);
  upload.destroy();
  await collector.waitUntil(() => collector.openConnections === 0);
  assert.equal(collector.requests[0]?.accepted, false);
});

test("a partial success takes all but the rejected spans and says so", async () => {
  await using collector = await startCollector();
  collector.respond({ partial: { rejected: 3, message: "too old" } });
  const asProtobuf = await post(collector, protobufBody(manySpans(10)));
  assert.equal(asProtobuf.body.toString("hex"), `0a0b08031207${hexOf("too old")}`);
  assert.equal(collector.spans.length, 7);
  const asJson = await post(collector, jsonBody(manySpans(10)), JSON_TYPE);
  assert.deepEqual(JSON.parse(asJson.body.toString()), {
    partialSuccess: { rejectedSpans: "3", errorMessage: "too old" },
  });
});

test("a redirect names the other place", async () => {
  await using collector = await startCollector();
  collector.respond({ redirect: "http://127.0.0.1:1/", status: 307 });
  const reply = await post(collector);
  assert.equal(reply.status, 307);
  assert.equal(reply.headers.location, "http://127.0.0.1:1/");
  assert.equal(collector.spans.length, 0);
});

function hexOf(text: string): string {
  return Buffer.from(text).toString("hex");
}
