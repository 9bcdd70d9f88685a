// The collector: what it records of a request, and waiting for it.

import assert from "node:assert/strict";
import { Agent, request as httpRequest } from "node:http";
import { describe, test } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";

import { startCollector } from "./collector.js";
import { JSON_TYPE, PROTOBUF, gate, post } from "./collector-client.js";
import { send } from "./http-client.js";
import { jsonBody, protobufBody, sampleRequest } from "./sample-request.js";

describe("receiving", () => {
  test("a request is recorded with its spans, its sizes and its headers", async () => {
    await using collector = await startCollector();
    const raw = gzipSync(protobufBody(sampleRequest));
    await post(collector, raw, { ...PROTOBUF, "content-encoding": "gzip", "x-key": "1" });
    const [record] = collector.requests;
    assert.equal(record?.path, "/v1/traces");
    assert.equal(record.method, "POST");
    assert.equal(record.contentEncoding, "gzip");
    assert.equal(record.headers["x-key"], "1");
    assert.equal(record.rawSize, raw.length);
    assert.deepEqual(record.raw, raw);
    assert.deepEqual(record.body, protobufBody(sampleRequest));
    assert.equal(record.accepted, true);
    assert.equal(collector.spans.length, 2);
    assert.deepEqual(collector.problems, []);
    assert.equal(collector.stats().ids, 2);
  });

  for (const [name, headers, body] of [
    ["plain JSON", JSON_TYPE, jsonBody(sampleRequest)],
    [
      "gzipped JSON",
      { ...JSON_TYPE, "content-encoding": "gzip" },
      gzipSync(jsonBody(sampleRequest)),
    ],
    [
      "deflated protobuf",
      { ...PROTOBUF, "content-encoding": "deflate" },
      deflateSync(protobufBody(sampleRequest)),
    ],
  ] as const) {
    test(`${name} is decoded`, async () => {
      await using collector = await startCollector();
      assert.equal((await post(collector, body, headers)).status, 200);
      assert.deepEqual(collector.problems, []);
      assert.equal(collector.spans[0]?.name, "agent.run");
    });
  }

  test("the default answer is an empty success in the request's encoding", async () => {
    await using collector = await startCollector();
    const asProtobuf = await post(collector);
    assert.equal(asProtobuf.headers["content-type"], PROTOBUF["content-type"]);
    assert.equal(asProtobuf.body.length, 0);
    const asJson = await post(collector, jsonBody(sampleRequest), JSON_TYPE);
    assert.equal(asJson.headers["content-type"], JSON_TYPE["content-type"]);
    assert.equal(asJson.body.toString(), "{}");
  });

  test("a body that cannot be read is a problem and is answered with 400", async () => {
    await using collector = await startCollector();
    const truncated = protobufBody(sampleRequest).subarray(0, -1);
    assert.equal((await post(collector, truncated)).status, 400);
    const gzip = { ...PROTOBUF, "content-encoding": "gzip" };
    assert.equal((await post(collector, Buffer.from("junk"), gzip)).status, 400);
    assert.equal(collector.problems.length, 2);
    assert.match(collector.problems[1] ?? "", /^request 1: the body is not valid gzip/);
  });

  test("connections are told apart, so that reuse shows", async () => {
    await using collector = await startCollector();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const options = { method: "POST", headers: PROTOBUF, body: protobufBody(sampleRequest) };
    await send(`${collector.url}/a`, { ...options, agent });
    await send(`${collector.url}/b`, { ...options, agent });
    await send(`${collector.url}/c`, { ...options, agent: false });
    agent.destroy();
    assert.deepEqual(
      collector.requests.map(({ path, connection }) => [path, connection]),
      [
        ["/a", 0],
        ["/b", 0],
        ["/c", 1],
      ],
    );
  });

  test("an upload that the client gives up is counted and is no request", async () => {
    const arrived = gate();
    await using collector = await startCollector({
      intercept: () => {
        arrived.open();
        return false;
      },
    });
    const headers = { ...PROTOBUF, "content-length": 1000 };
    const upload = httpRequest(collector.url, { method: "POST", headers });
    upload.on("error", () => {});
    upload.write("x");
    await arrived.opened;
    upload.destroy();
    await collector.waitUntil(() => collector.abandonedUploads === 1);
    assert.equal(collector.requests.length, 0);
  });
});

describe("waiting", () => {
  test("waiting for spans ends with the request that completes them", async () => {
    await using collector = await startCollector();
    const waiting = collector.waitForSpans(3);
    await post(collector);
    await post(collector);
    assert.equal((await waiting).length, 4);
  });

  test("a wait in vain says what did arrive", async () => {
    await using collector = await startCollector();
    await post(collector);
    await assert.rejects(collector.waitForSpans(3, 1), /has 2 of 3 spans; 1 requests/);
    await assert.rejects(
      collector.waitForRequest((record) => record.path === "/x", 1),
      /saw no such request/,
    );
  });

  test("a reset forgets requests, problems and the script", async () => {
    await using collector = await startCollector();
    collector.respond({ status: 500 });
    await post(collector, Buffer.from("junk"));
    collector.reset();
    assert.equal(collector.requests.length, 0);
    assert.deepEqual(collector.problems, []);
    assert.equal((await post(collector)).status, 200);
    assert.equal(collector.requests[0]?.index, 0);
  });

  test("closing does not wait for idle connections", async () => {
    const collector = await startCollector();
    const agent = new Agent({ keepAlive: true });
    await send(collector.url, { method: "POST", headers: PROTOBUF, agent });
    await collector.close();
    await collector.close();
    agent.destroy();
  });
});
