// One test tracing after another, beside `setup()`, and after its end.

import assert from "node:assert/strict";
import { test } from "node:test";

import { trace } from "@opentelemetry/api";
import { CatalystTracingError, setup, type CatalystTracing } from "catalyst-tracing";
import { createTestTracing, type TestTracing } from "catalyst-tracing/testing";

import { startCollector } from "../support/collector.js";
import { deadEndpoint } from "../lifetimes/programs.js";

const end = (tracing: CatalystTracing, name: string): void => tracing.tracer.startSpan(name).end();
const names = (tracing: TestTracing): string[] => tracing.spans().map(({ name }) => name);

/** What is written on standard error meanwhile, through `console.warn`. */
async function warningsOf(work: () => Promise<unknown>): Promise<string[]> {
  const { warn } = console;
  const said: string[] = [];
  console.warn = (message: string) => said.push(message);
  try {
    await work();
  } finally {
    console.warn = warn;
  }
  return said;
}

test("it registers with OpenTelemetry until its shutdown", async () => {
  const tracing = await createTestTracing();
  trace.getTracer("a library").startSpan("from a library").end();
  assert.equal(tracing.spans()[0]?.scope.name, "a library");
  await tracing.shutdown();
  trace.getTracer("a library").startSpan("too late").end();
  assert.deepEqual(names(tracing), ["from a library"]);
});

test("after its shutdown it still tells what it saw, whatever runs then", async () => {
  const first = await createTestTracing();
  end(first, "of the first");
  await first.shutdown();
  const second = await createTestTracing();
  end(second, "of the second");
  assert.deepEqual([names(first), names(second)], [["of the first"], ["of the second"]]);
  await second.shutdown();
  await using collector = await startCollector();
  const real = await setup({ endpoint: collector.url });
  end(real, "of the app");
  assert.deepEqual(names(second), ["of the second"]);
  await real.shutdown();
  assert.deepEqual(
    collector.spans.map((span) => span.name),
    ["of the app"],
  );
});

test("called again while it runs it starts with no spans and without its earlier options", async () => {
  const first = await createTestTracing({ serviceName: "one" });
  end(first, "before");
  const second = await createTestTracing({ serviceName: "two" });
  end(second, "after");
  const [span, ...others] = second.spans();
  assert.deepEqual([span?.name, span?.resource["service.name"]], ["after", "two"]);
  assert.deepEqual(others, []);
  assert.equal(second.serviceName, "two");
  await second.shutdown();
});

test("a setup() in the code under test joins it: its options hold, and nothing is sent", async () => {
  await using collector = await startCollector();
  const tracing = await createTestTracing();
  const said = await warningsOf(async () => {
    const app = await setup({ endpoint: collector.url, serviceName: "app" });
    assert.equal(app, tracing);
    end(app, "of the app");
    await app.flush();
  });
  assert.deepEqual(said, []);
  const [span] = tracing.spans();
  assert.deepEqual([span?.name, span?.resource["service.name"]], ["of the app", "app"]);
  await tracing.shutdown();
  assert.equal(collector.requests.length, 0);
  assert.deepEqual(names(tracing), ["of the app"]);
});

test("it takes over from a setup() that runs, open spans included, and says so", async () => {
  await using collector = await startCollector();
  const app = await setup({ endpoint: collector.url });
  end(app, "before");
  const open = app.tracer.startSpan("open", { attributes: { early: { a: 1 } as never } });
  let tracing: TestTracing | undefined;
  const said = await warningsOf(async () => {
    tracing = await createTestTracing();
  });
  assert.equal(said.length, 1);
  assert.match(said[0] ?? "", /createTestTracing\(\) took over from setup\(\)/);
  assert.ok(tracing !== undefined);
  open.end();
  end(app, "after");
  assert.deepEqual(names(tracing), ["open", "after"]);
  assert.equal(tracing.spans()[0]?.attributes["early"], '{"a":1}');
  const { started, open: stillOpen, delivered } = tracing.stats();
  await tracing.shutdown();
  assert.deepEqual([started, stillOpen], [3, 0]);
  assert.ok(delivered >= 2);
  assert.deepEqual(
    collector.spans.map((span) => span.name),
    ["before"],
  );
});

test("a collector that was away before it took over keeps nobody waiting", async () => {
  const app = await setup({ endpoint: await deadEndpoint() });
  end(app, "for the collector");
  void app.flush(1);
  let tracing: TestTracing | undefined;
  await warningsOf(async () => (tracing = await createTestTracing()));
  assert.ok(tracing !== undefined);
  end(app, "for the test");
  const before = performance.now();
  assert.deepEqual(names(tracing), ["for the test"]);
  assert.ok(performance.now() - before < 1000);
  await tracing.shutdown(1);
});

test("await using ends it", async () => {
  {
    await using tracing = await createTestTracing();
    end(tracing, "inside");
    assert.deepEqual(names(tracing), ["inside"]);
  }
  await using next = await createTestTracing();
  assert.deepEqual(next.spans(), []);
});

for (const option of [
  { endpoint: "http://localhost:1" },
  { token: "t" },
  { headers: { a: "b" } },
  { compression: "none" },
  { protocol: "http/json" },
  { timeoutMs: 1 },
  { certificate: "-----BEGIN CERTIFICATE-----\n" },
  { batching: "simple" },
  { maxQueueBytes: 1 },
  { maxBatchBytes: 1 },
  { maxBatchSpans: 1 },
  { scheduleDelayMs: 1 },
  { exitFlushMs: 1 },
  { disabled: true },
]) {
  const [name = ""] = Object.keys(option);
  test(`the option ${name} has no meaning in a test and is refused by name`, async () => {
    await assert.rejects(createTestTracing(option as object), (error) => {
      assert.ok(error instanceof CatalystTracingError);
      assert.match(error.message, new RegExp(`^createTestTracing\\(\\): .*"${name}"`));
      return true;
    });
  });
}

test("a wrong option is an error that names what was called, and nothing is started", async () => {
  await assert.rejects(createTestTracing({ serviceName: 5 as never }), {
    name: "CatalystTracingError",
    code: "ERR_INVALID_OPTION",
    message: /^createTestTracing\(\): option "serviceName" is 5/,
  });
  await assert.rejects(createTestTracing({ servicename: "x" } as object), {
    code: "ERR_UNKNOWN_OPTION",
    message: /Did you mean "serviceName"\?/,
  });
  assert.equal(trace.getTracer("nobody").startSpan("nothing").isRecording(), false);
});
