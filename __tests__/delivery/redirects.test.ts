// Redirects: followed on the same origin with everything, refused anywhere else with nothing.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startCollector } from "../support/collector.js";
import { accountedFor, losses, record, start } from "./tracing.js";

const TOKEN = "secret-token-0123456789";

for (const status of [301, 302, 303, 307, 308] as const) {
  test(`a ${status} to another origin is refused and takes no token there`, async () => {
    await using collector = await startCollector();
    await using elsewhere = await startCollector();
    collector.respond({ redirect: `${elsewhere.url}/v1/traces`, status });
    await using tracing = await start({ endpoint: collector.url, token: TOKEN });
    record(tracing, 3);
    const { ok, lost } = await tracing.flush();
    assert.deepEqual({ ok, lost }, { ok: false, lost: 3 });
    assert.deepEqual(losses(accountedFor(tracing)), ["export redirect_refused 3"]);
    assert.equal(collector.requests.length, 1);
    assert.equal(elsewhere.requests.length, 0);
    assert.equal(elsewhere.openConnections, 0);
    assert.ok(!JSON.stringify(tracing.stats()).includes(TOKEN));
  });
}

for (const status of [307, 308] as const) {
  test(`a ${status} on the same origin is followed with token and body`, async () => {
    await using collector = await startCollector();
    collector.respond((_index, { path }) => {
      return path === "/moved?to=here" ? undefined : { redirect: "/moved?to=here", status };
    });
    await using tracing = await start({ endpoint: collector.url, token: TOKEN });
    record(tracing, 3);
    assert.equal((await tracing.flush()).ok, true);
    accountedFor(tracing, collector);
    const [first, second] = collector.requests;
    assert.deepEqual([first?.path, second?.path], ["/v1/traces", "/moved?to=here"]);
    assert.equal(second?.headers.authorization, `Bearer ${TOKEN}`);
    assert.deepEqual(second?.raw, first?.raw);
  });
}

for (const status of [301, 302, 303] as const) {
  test(`a ${status} on the same origin would become a GET and is refused`, async () => {
    await using collector = await startCollector();
    collector.respond({ redirect: "/moved", status });
    await using tracing = await start({ endpoint: collector.url });
    record(tracing, 3);
    await tracing.flush();
    assert.deepEqual(losses(accountedFor(tracing, collector)), ["export redirect_refused 3"]);
    assert.equal(collector.requests.length, 1);
  });
}

test("a redirect in circles ends", async () => {
  await using collector = await startCollector();
  collector.respond({ redirect: "/v1/traces", status: 308 });
  await using tracing = await start({ endpoint: collector.url });
  record(tracing, 3);
  await tracing.flush();
  assert.deepEqual(losses(accountedFor(tracing, collector)), ["export redirect_refused 3"]);
  assert.ok(collector.requests.length <= 5);
});
