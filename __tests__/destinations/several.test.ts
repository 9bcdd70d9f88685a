// Several collectors at once, from `setup()` to what each of them received.

import assert from "node:assert/strict";
import { test } from "node:test";

import type { CatalystTracing, DestinationStats } from "catalyst-tracing";

import { accountedFor, losses, record, start } from "../delivery/tracing.js";
import { deadEndpoint, PROCESS_SLACK_MS, runTraced } from "../lifetimes/programs.js";
import { startCollector } from "../support/collector.js";

function page(tracing: CatalystTracing, name: string): DestinationStats {
  const found = tracing.stats().destinations.find((destination) => destination.name === name);
  assert.ok(found !== undefined, `no destination "${name}"`);
  const { queued, delivered, filtered, lost } = found;
  for (const count of [queued, delivered, filtered, lost]) assert.ok(count >= 0);
  return found;
}

test("every destination gets every span, with its own token and in its own encoding", async () => {
  await using viewer = await startCollector();
  await using vendor = await startCollector();
  await using tracing = await start({
    destinations: [
      { name: "viewer", endpoint: viewer.url },
      {
        name: "vendor",
        endpoint: vendor.url,
        token: "secret",
        headers: { "x-org": "1" },
        protocol: "http/json",
        compression: "gzip",
      },
    ],
  });
  record(tracing, 5);
  assert.deepEqual(await tracing.flush(), {
    ok: true,
    delivered: 5,
    lost: 0,
    pending: 0,
    timedOut: false,
  });
  assert.equal(accountedFor(tracing, viewer).delivered, 5);
  accountedFor(tracing, vendor);
  const [toViewer, toVendor] = [viewer.requests[0]?.headers, vendor.requests[0]?.headers];
  assert.equal(toViewer?.["authorization"], undefined);
  assert.equal(toVendor?.["authorization"], "Bearer secret");
  assert.equal(toVendor?.["x-org"], "1");
  assert.equal(toVendor?.["content-type"], "application/json");
  assert.equal(tracing.endpoint, viewer.url);
  assert.deepEqual([page(tracing, "viewer").delivered, page(tracing, "vendor").delivered], [5, 5]);
});

test("a destination that is away keeps its spans and holds nobody up", async () => {
  await using viewer = await startCollector();
  const dead = await deadEndpoint();
  await using tracing = await start({
    timeoutMs: 200,
    scheduleDelayMs: 1,
    destinations: [
      { name: "vendor", endpoint: dead },
      { name: "viewer", endpoint: viewer.url },
    ],
  });
  for (let round = 1; round <= 3; round++) {
    record(tracing, 10);
    tracing.stats(); // Hands over what has ended; nothing waits for a flush.
    await viewer.waitForSpans(10 * round);
  }
  const flushed = await tracing.flush();
  assert.deepEqual([flushed.ok, flushed.lost, flushed.pending], [false, 0, 30]);
  const stats = tracing.stats();
  assert.deepEqual([stats.queued, stats.delivered, stats.lost], [30, 0, 0]);
  assert.deepEqual(viewer.problems, []);
  const [vendor, live] = [page(tracing, "vendor"), page(tracing, "viewer")];
  assert.deepEqual([vendor.queued, live.queued, live.delivered], [30, 0, 30]);
  assert.match(vendor.lastError ?? "", /cannot be reached/);
  assert.equal(live.lastError, null);
  await tracing.shutdown(100);
  assert.deepEqual(losses(accountedFor(tracing)), ["queue shutdown 30"]);
  assert.equal(page(tracing, "viewer").delivered, 30);
  assert.deepEqual(page(tracing, "vendor").losses, [
    { stage: "queue", reason: "shutdown", spans: 30 },
  ]);
});

test("a dead destination whose part of the queue is full costs a live one nothing", async () => {
  await using viewer = await startCollector();
  await using tracing = await start({
    timeoutMs: 200,
    maxQueueBytes: 2_000_000,
    maxBatchBytes: 100_000,
    scheduleDelayMs: 1,
    destinations: [
      { name: "vendor", endpoint: await deadEndpoint() },
      { name: "viewer", endpoint: viewer.url },
    ],
  });
  for (let round = 1; round <= 40; round++) {
    record(tracing, 10, 10_000);
    tracing.stats();
    await viewer.waitForSpans(10 * round);
  }
  const vendor = page(tracing, "vendor");
  assert.ok(vendor.queued > 0 && vendor.bytesHeld <= 1_000_000, JSON.stringify(vendor));
  assert.deepEqual(
    vendor.losses.map(({ reason }) => reason),
    ["queue_full"],
  );
  assert.equal(page(tracing, "viewer").lost, 0);
  await tracing.shutdown(50);
  assert.equal(page(tracing, "viewer").delivered, 400);
  assert.equal(accountedFor(tracing).lost, 400);
});

test("each destination gets the spans that its filter lets pass, and the rest is no loss", async () => {
  await using viewer = await startCollector();
  await using vendor = await startCollector();
  await using alarms = await startCollector();
  await using tracing = await start({
    endpoint: viewer.url,
    destinations: [
      {
        name: "vendor",
        endpoint: vendor.url,
        filter: { kinds: ["LLM"], except: { attributes: { "user.id": "internal-*" } } },
      },
      { name: "alarms", endpoint: alarms.url, filter: { errorsOnly: true } },
    ],
  });
  const span = (name: string, attributes: Record<string, string>, isError = false) => {
    const one = tracing.tracer.startSpan(name, { attributes });
    if (isError) one.setStatus({ code: 2 });
    one.end();
  };
  span("llm", { "openinference.span.kind": "LLM" });
  span("internal", { "openinference.span.kind": "LLM", "user.id": "internal-7" });
  span("failing tool", { "openinference.span.kind": "TOOL" }, true);
  span("plain", {});
  assert.equal((await tracing.flush()).ok, true);
  const names = (collector: typeof viewer) => collector.spans.map(({ name }) => name);
  assert.deepEqual(names(viewer), ["llm", "internal", "failing tool", "plain"]);
  assert.deepEqual(names(vendor), ["llm"]);
  assert.deepEqual(names(alarms), ["failing tool"]);
  const stats = accountedFor(tracing, viewer);
  assert.deepEqual([stats.delivered, stats.filtered, stats.lost], [4, 0, 0]);
  assert.deepEqual([page(tracing, "vendor").filtered, page(tracing, "alarms").filtered], [3, 3]);
});

test("a span that no destination wants is counted as filtered", async () => {
  await using vendor = await startCollector();
  await using tracing = await start({
    destinations: [{ endpoint: vendor.url, filter: { names: ["span 1"] } }],
  });
  record(tracing, 4);
  assert.deepEqual((await tracing.flush()).delivered, 1);
  const stats = accountedFor(tracing, vendor);
  assert.deepEqual([stats.ended, stats.delivered, stats.filtered], [4, 1, 3]);
});

test("setup() again adds and removes destinations, and each keeps its count by name", async () => {
  await using one = await startCollector();
  await using other = await startCollector();
  const viewer = { name: "viewer", endpoint: one.url };
  await using tracing = await start({ destinations: [viewer] });
  record(tracing, 2);
  await start({ destinations: [viewer, { name: "vendor", endpoint: other.url }] });
  record(tracing, 3);
  await start({ destinations: [viewer] });
  record(tracing, 4);
  assert.equal((await tracing.flush()).ok, true);
  assert.deepEqual([one.spans.length, other.spans.length], [9, 3]);
  assert.equal(accountedFor(tracing).delivered, 9);
  assert.equal(page(tracing, "viewer").delivered, 9);
  assert.deepEqual(
    tracing.stats().destinations.map(({ name }) => name),
    ["viewer"],
  );
});

test("without destinations the one endpoint has its page too", async () => {
  await using collector = await startCollector();
  await using tracing = await start({ endpoint: collector.url });
  record(tracing, 3);
  await tracing.flush();
  const { name, endpoint, delivered, bytesSent } = page(tracing, "otlp");
  assert.deepEqual([name, endpoint, delivered], ["otlp", collector.url, 3]);
  assert.equal(bytesSent, tracing.stats().bytesSent);
});

test("the end of a process delivers to a live destination whatever a dead one does", async () => {
  await using viewer = await startCollector();
  await using stuck = await startCollector();
  stuck.respond({ hang: true });
  const destinations = [
    { name: "dead", endpoint: await deadEndpoint() },
    { name: "stuck", endpoint: stuck.url },
    { name: "viewer", endpoint: viewer.url },
  ];
  const ended = await runTraced(
    `for (let i = 0; i < 20; i++) endSpan("span " + i); ending(); process.exit(4);`,
    "",
    { setup: { endpoint: undefined, destinations, exitFlushMs: 300 } },
  );
  assert.equal(ended.code, 4);
  assert.ok(ended.exitDelayMs < 300 + PROCESS_SLACK_MS, `${ended.exitDelayMs} ms`);
  assert.equal(viewer.spans.length, 20);
  assert.deepEqual(viewer.problems, []);
});

test("workers send to all destinations of the process, up to their terminate()", async () => {
  await using one = await startCollector();
  await using other = await startCollector();
  const destinations = [{ endpoint: one.url }, { endpoint: other.url, filter: { names: "w*" } }];
  const ended = await runTraced(
    `import { Worker } from "node:worker_threads";
    const source = \`
      import { setup } from "catalyst-tracing";
      import { parentPort, workerData } from "node:worker_threads";
      const { tracer } = await setup(workerData);
      tracer.startSpan("worker").end();
      parentPort.postMessage("done");
      setInterval(() => {}, 1000);
    \`;
    endSpan("main");
    const { writeFileSync } = await import("node:fs");
    const file = new URL("worker.mjs", import.meta.url);
    writeFileSync(file, source);
    const worker = new Worker(file, { workerData: options });
    await new Promise((resolve) => worker.once("message", resolve));
    await worker.terminate();`,
    "",
    { setup: { endpoint: undefined, destinations } },
  );
  assert.equal(ended.code, 0, ended.stderr);
  assert.deepEqual(one.spans.map(({ name }) => name).sort(), ["main", "worker"]);
  assert.deepEqual(
    other.spans.map(({ name }) => name),
    ["worker"],
  );
});
