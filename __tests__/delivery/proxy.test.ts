// Through a proxy, as the environment says.

import assert from "node:assert/strict";
import { test } from "node:test";

import { selfSigned } from "../support/certificates.js";
import { startCollector } from "../support/collector.js";
import { startProxy } from "../support/proxy.js";
import { accountedFor, record, start } from "./tracing.js";

for (const name of ["http_proxy", "HTTP_PROXY", "ALL_PROXY"]) {
  test(`an http endpoint is reached through ${name}`, async () => {
    await using collector = await startCollector();
    await using proxy = await startProxy();
    await using tracing = await start(
      { endpoint: collector.url, token: "abc" },
      { [name]: proxy.url },
    );
    record(tracing, 3);
    assert.equal((await tracing.flush()).ok, true);
    accountedFor(tracing, collector);
    assert.deepEqual(
      proxy.requests.map(({ kind, target }) => [kind, target]),
      [["forward", `${collector.url}/v1/traces`]],
    );
    assert.equal(collector.requests[0]?.headers.authorization, "Bearer abc");
  });
}

test("an https endpoint is reached through a tunnel that shows the proxy nothing", async (context) => {
  const certificates = await selfSigned();
  if ("skipped" in certificates) {
    context.skip(certificates.skipped);
    return;
  }
  await using made = certificates;
  await using collector = await startCollector({ tls: made.server });
  await using proxy = await startProxy();
  const options = { endpoint: collector.url, certificate: made.ca, token: "abc" };
  await using tracing = await start(options, { HTTPS_PROXY: proxy.url });
  record(tracing, 3);
  assert.equal((await tracing.flush()).ok, true);
  accountedFor(tracing, collector);
  assert.deepEqual(
    proxy.requests.map(({ kind, target }) => [kind, target]),
    [["connect", `127.0.0.1:${collector.port}`]],
  );
  assert.ok(!JSON.stringify(proxy.requests).includes("abc"));
  assert.equal(collector.requests[0]?.headers.authorization, "Bearer abc");
});

test("the proxy gets its own credentials, and the collector does not see them", async () => {
  await using collector = await startCollector();
  await using proxy = await startProxy({ auth: { user: "u", password: "p:1" } });
  const url = proxy.url.replace("//", "//u:p%3A1@");
  await using tracing = await start({ endpoint: collector.url }, { HTTP_PROXY: url });
  record(tracing, 3);
  assert.equal((await tracing.flush()).ok, true);
  accountedFor(tracing, collector);
  assert.deepEqual(
    proxy.requests.map(({ authorized }) => authorized),
    [true],
  );
  assert.equal(collector.requests[0]?.headers["proxy-authorization"], undefined);
});

test("a proxy that refuses us loses the spans by its status, and the password stays untold", async () => {
  await using collector = await startCollector();
  await using proxy = await startProxy({ auth: { user: "u", password: "right" } });
  const url = proxy.url.replace("//", "//u:wrong-password@");
  await using tracing = await start({ endpoint: collector.url }, { HTTP_PROXY: url });
  record(tracing, 3);
  await tracing.flush();
  const stats = accountedFor(tracing, collector);
  assert.deepEqual(stats.losses, [{ stage: "export", reason: "http_407", spans: 3 }]);
  assert.ok(!JSON.stringify(stats).includes("wrong-password"));
});

test("a host in NO_PROXY is reached directly", async () => {
  await using collector = await startCollector();
  await using proxy = await startProxy();
  const variables = { HTTP_PROXY: proxy.url, NO_PROXY: "localhost,127.0.0.1" };
  await using tracing = await start({ endpoint: collector.url }, variables);
  record(tracing, 3);
  assert.equal((await tracing.flush()).ok, true);
  accountedFor(tracing, collector);
  assert.equal(proxy.requests.length, 0);
});

test("a proxy that is away keeps the spans waiting", async () => {
  await using collector = await startCollector();
  const proxy = await startProxy();
  await proxy.close();
  const options = { endpoint: collector.url, timeoutMs: 200 };
  await using tracing = await start(options, { HTTP_PROXY: proxy.url });
  record(tracing, 3);
  assert.equal((await tracing.flush()).pending, 3);
  assert.equal(accountedFor(tracing, collector).queued, 3);
});
