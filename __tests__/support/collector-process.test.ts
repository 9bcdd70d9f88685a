// The collector as a process of its own, and the client that starts it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { send } from "./http-client.js";
import { startCollectorProcess } from "./remote-collector.js";
import { manySpans, protobufBody, sampleRequest } from "./sample-request.js";
import { startProgram } from "./subprocess.js";

const HEADERS = { "content-type": "application/x-protobuf" };

test("a collector in another process tells what it received, and forgets on demand", async () => {
  await using collector = await startCollectorProcess();
  const body = protobufBody(sampleRequest);
  await send(`${collector.url}/v1/traces`, { method: "POST", headers: HEADERS, body });
  const { length: bytes } = body;
  const expected = { requests: 1, spans: 2, bytes, decodedBytes: bytes, problems: [], ids: 2 };
  assert.deepEqual(await collector.stats(), expected);
  const [root] = await collector.spans();
  assert.equal(root?.name, "agent.run");
  assert.equal(root.startTimeUnixNano, 1_700_000_000_000_000_000n);
  await collector.reset();
  assert.equal((await collector.stats()).requests, 0);
});

test("a counting collector counts spans and distinct ids, and keeps nothing else", async () => {
  await using collector = await startCollectorProcess({ countOnly: true, ids: true });
  for (let request = 0; request < 2; request += 1) {
    const body = protobufBody(manySpans(500));
    await send(`${collector.url}/v1/traces`, { method: "POST", headers: HEADERS, body });
  }
  const { spans, ids, requests } = await collector.stats();
  assert.deepEqual({ spans, ids, requests }, { spans: 1000, ids: 500, requests: 2 });
  assert.deepEqual(await collector.spans(), []);
});

test("a collector ends when whoever started it is gone", async () => {
  const program = fileURLToPath(new URL("collector-process.js", import.meta.url));
  const result = await (await startProgram(program)).done;
  assert.equal(result.code, 0);
  assert.match(result.stdout, /^\{"url":"http:\/\/127\.0\.0\.1:\d+"\}\n$/);
});
