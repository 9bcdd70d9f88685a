// The collector over TLS, with certificates made on the spot.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import { selfSigned, type Certificates } from "./certificates.js";
import { startCollector } from "./collector.js";
import { send } from "./http-client.js";
import { protobufBody, sampleRequest } from "./sample-request.js";

const POST = {
  method: "POST",
  headers: { "content-type": "application/x-protobuf" },
  body: protobufBody(sampleRequest),
  agent: false,
} as const;

async function certificatesFor(context: TestContext): Promise<Certificates | undefined> {
  const made = await selfSigned();
  if (!("skipped" in made)) return made;
  context.skip(made.skipped);
  return undefined;
}

test("a client that trusts the authority delivers over TLS, by name and by address", async (context) => {
  await using certificates = await certificatesFor(context);
  if (certificates === undefined) return;
  await using collector = await startCollector({ tls: certificates.server });
  const { ca } = certificates;
  assert.match(collector.url, /^https:\/\/127\.0\.0\.1:/);
  assert.equal((await send(collector.url, { ...POST, ca })).status, 200);
  assert.equal((await send(`https://localhost:${collector.port}`, { ...POST, ca })).status, 200);
  assert.equal(collector.spans.length, 4);
  assert.deepEqual(
    collector.requests.map((record) => record.connection),
    [0, 1],
  );
});

test("a client that does not know the authority refuses the collector", async (context) => {
  await using certificates = await certificatesFor(context);
  if (certificates === undefined) return;
  await using collector = await startCollector({ tls: certificates.server });
  await assert.rejects(send(collector.url, POST), { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
  assert.equal(collector.requests.length, 0);
});

test("a collector that demands a client certificate takes only its authority's", async (context) => {
  await using certificates = await certificatesFor(context);
  await using strangers = await certificatesFor(context);
  if (certificates === undefined || strangers === undefined) return;
  const { ca, server, client } = certificates;
  await using collector = await startCollector({ tls: { ...server, clientCa: ca } });
  const { key, cert } = client;
  assert.equal((await send(collector.url, { ...POST, ca, key, cert })).status, 200);
  await assert.rejects(send(collector.url, { ...POST, ca }));
  const { key: wrongKey, cert: wrongCert } = strangers.client;
  await assert.rejects(send(collector.url, { ...POST, ca, key: wrongKey, cert: wrongCert }));
  assert.equal(collector.requests.length, 1);
});
