// Protobuf and JSON, compressed and not, and collectors that take only one of them. The collector
// reads both strictly, so that "no problems" says more than it seems.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";

import { startCollector } from "../support/collector.js";
import { compareWithPython } from "../support/python-compare.js";
import { decodeWithPython } from "../support/python.js";
import { recordRichTrace } from "./rich-trace.js";
import { accountedFor, losses, record, start } from "./tracing.js";

const PROTOBUF = "application/x-protobuf";
const JSON_TYPE = "application/json";

function forms(collector: {
  requests: { contentType: string; contentEncoding: string }[];
}): string[] {
  return collector.requests.map(({ contentType, contentEncoding }) =>
    `${contentType} ${contentEncoding}`.trim(),
  );
}

for (const protocol of ["http/protobuf", "http/json"] as const) {
  for (const compression of ["none", "gzip"] as const) {
    test(`${protocol} with compression ${compression} is what the headers say`, async () => {
      await using collector = await startCollector();
      await using tracing = await start({ endpoint: collector.url, protocol, compression });
      recordRichTrace(tracing);
      await tracing.flush();
      accountedFor(tracing, collector);
      const type = protocol === "http/json" ? JSON_TYPE : PROTOBUF;
      assert.deepEqual(forms(collector), [compression === "gzip" ? `${type} gzip` : type]);
      const [request] = collector.requests;
      if (compression === "gzip") {
        assert.ok((request?.rawSize ?? 0) < (request?.body.length ?? 0));
      }
    });
  }
}

test("without a word about it, spans go out as gzip", async () => {
  await using collector = await startCollector();
  await using tracing = await start({ endpoint: collector.url });
  record(tracing, 50, 1000);
  await tracing.flush();
  assert.deepEqual(forms(collector), [`${PROTOBUF} gzip`]);
  const [request] = collector.requests;
  assert.deepEqual(gunzipSync(request?.raw ?? Buffer.alloc(0)), request?.body);
  accountedFor(tracing, collector);
});

test("both encodings say the same", async () => {
  await using collector = await startCollector();
  // The same batch twice: as protobuf, which is refused, and so as JSON.
  collector.respond((_index, { contentType }) => {
    return contentType === PROTOBUF ? { status: 415 } : undefined;
  });
  await using tracing = await start({ endpoint: collector.url });
  recordRichTrace(tracing);
  await tracing.flush();
  accountedFor(tracing, collector);
  const [asProtobuf, asJson] = collector.requests;
  assert.deepEqual([asProtobuf?.contentType, asJson?.contentType], [PROTOBUF, JSON_TYPE]);
  assert.deepEqual(asJson?.spans, asProtobuf?.spans);
});

test("a 415 switches to the other encoding, which is remembered", async () => {
  await using collector = await startCollector();
  collector.respond((_index, { contentType }) => {
    return contentType === JSON_TYPE ? undefined : { status: 415 };
  });
  await using tracing = await start({ endpoint: collector.url });
  for (let round = 0; round < 3; round++) {
    recordRichTrace(tracing);
    assert.equal((await tracing.flush()).ok, true);
  }
  accountedFor(tracing, collector);
  const json = `${JSON_TYPE} gzip`;
  assert.deepEqual(forms(collector), [`${PROTOBUF} gzip`, json, json, json]);
});

test("a 415 switches from JSON to protobuf as well", async () => {
  await using collector = await startCollector();
  collector.respond((_index, { contentType }) => {
    return contentType === PROTOBUF ? undefined : { status: 415 };
  });
  const protocol = "http/json";
  await using tracing = await start({ endpoint: collector.url, protocol, compression: "none" });
  recordRichTrace(tracing);
  await tracing.flush();
  accountedFor(tracing, collector);
  assert.deepEqual(forms(collector), [JSON_TYPE, PROTOBUF]);
});

test("a 415 that blames gzip keeps the encoding and leaves gzip out", async () => {
  await using collector = await startCollector();
  collector.respond((_index, { contentEncoding }) => {
    const refusal = { status: 415, headers: { "accept-encoding": "identity" } };
    return contentEncoding === "gzip" ? refusal : undefined;
  });
  await using tracing = await start({ endpoint: collector.url });
  record(tracing, 3, 1000);
  await tracing.flush();
  record(tracing, 3, 1000);
  await tracing.flush();
  accountedFor(tracing, collector);
  assert.deepEqual(forms(collector), [`${PROTOBUF} gzip`, PROTOBUF, PROTOBUF]);
});

test("a collector that refuses every encoding loses the spans, and is asked in each a few times only", async () => {
  await using collector = await startCollector();
  collector.respond({ status: 415 });
  await using tracing = await start({ endpoint: collector.url });
  record(tracing, 3);
  await tracing.flush();
  const first = collector.requests.length;
  assert.ok(first >= 2 && first <= 4, `${first} requests`);
  for (let round = 0; round < 3; round++) {
    record(tracing, 3);
    await tracing.flush();
  }
  assert.equal(collector.requests.length, first + 3);
  assert.deepEqual(losses(accountedFor(tracing, collector)), ["export http_415 12"]);
});

for (const protocol of ["http/protobuf", "http/json"] as const) {
  test(`Python reads a rich trace over ${protocol} as we do`, async (context) => {
    await using collector = await startCollector();
    await using tracing = await start({ endpoint: collector.url, protocol });
    recordRichTrace(tracing);
    await tracing.flush();
    accountedFor(tracing, collector);
    const python = await decodeWithPython(collector.requests.map(({ raw }) => raw));
    if ("skipped" in python) {
      context.skip(`no second opinion on the wire bytes: ${python.skipped}`);
      return;
    }
    assert.deepEqual(compareWithPython(collector.spans, python.spans), []);
    assert.equal(python.spans.length, collector.spans.length);
  });
}
