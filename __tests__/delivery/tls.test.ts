// https: authorities and client certificates.

import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";

import { type Certificates, selfSigned } from "../support/certificates.js";
import { startCollector } from "../support/collector.js";
import { accountedFor, record, start } from "./tracing.js";

let made: Certificates | { skipped: string };

before(async () => {
  made = await selfSigned();
});

after(async () => {
  if (!("skipped" in made)) await made[Symbol.asyncDispose]();
});

function secure(
  name: string,
  run: (certificates: Certificates, context: TestContext) => Promise<void>,
): void {
  test(name, async (context) => {
    if ("skipped" in made) context.skip(made.skipped);
    else await run(made, context);
  });
}

secure(
  "a certificate authority given as text or as a file is trusted",
  async ({ ca, caFile, server }) => {
    await using collector = await startCollector({ tls: server });
    for (const certificate of [ca, caFile]) {
      await using tracing = await start({ endpoint: collector.url, certificate, token: "abc" });
      record(tracing, 3);
      assert.equal((await tracing.flush()).ok, true);
    }
    assert.equal(collector.spans.length, 6);
    assert.equal(collector.requests[0]?.headers.authorization, "Bearer abc");
  },
);

secure("the authority may come from the environment", async ({ caFile, server }) => {
  await using collector = await startCollector({ tls: server });
  for (const name of ["OTEL_EXPORTER_OTLP_CERTIFICATE", "NODE_EXTRA_CA_CERTS"]) {
    await using tracing = await start({ endpoint: collector.url }, { [name]: caFile });
    record(tracing, 3);
    assert.equal((await tracing.flush()).ok, true, name);
  }
  assert.equal(collector.spans.length, 6);
});

secure("a server that nobody vouches for gets nothing, and the spans wait", async ({ server }) => {
  await using collector = await startCollector({ tls: server });
  await using tracing = await start({ endpoint: collector.url, token: "abc" });
  record(tracing, 3);
  const { ok, pending } = await tracing.flush();
  assert.deepEqual({ ok, pending }, { ok: false, pending: 3 });
  assert.match(accountedFor(tracing, collector).lastError ?? "", /certificate/i);
  assert.equal(collector.requests.length, 0);
});

secure(
  "a client certificate is shown to a server that asks for one",
  async ({ ca, client, server }) => {
    await using collector = await startCollector({ tls: { ...server, clientCa: ca } });
    const endpoint = collector.url;
    {
      await using without = await start({ endpoint, certificate: ca });
      record(without, 1);
      assert.equal((await without.flush()).ok, false);
      assert.equal(collector.requests.length, 0);
    }
    for (const [clientCertificate, clientKey] of [
      [client.cert, client.key],
      [client.certFile, client.keyFile],
    ]) {
      const options = { endpoint, certificate: ca, clientCertificate, clientKey };
      await using tracing = await start(options);
      record(tracing, 3);
      assert.equal((await tracing.flush()).ok, true);
    }
    assert.equal(collector.spans.length, 6);
  },
);

secure("plain http to a TLS port is told as what it is", async ({ server }) => {
  await using collector = await startCollector({ tls: server });
  const endpoint = collector.url.replace("https:", "http:");
  await using tracing = await start({ endpoint, timeoutMs: 300 });
  record(tracing, 1);
  assert.equal((await tracing.flush()).ok, false);
  assert.notEqual(accountedFor(tracing, collector).lastError, null);
});

test("https to a port that does not speak TLS keeps the spans", async () => {
  await using collector = await startCollector();
  const endpoint = collector.url.replace("http:", "https:");
  await using tracing = await start({ endpoint, timeoutMs: 300 });
  record(tracing, 2);
  assert.equal((await tracing.flush()).pending, 2);
  assert.equal(accountedFor(tracing, collector).queued, 2);
});
