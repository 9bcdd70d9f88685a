// CatalystSpanProcessor without setup(): it starts the pipeline at the first span, as the app's own
// provider describes itself, and ends it with that provider. Processes of their own, because in this
// one setup() may have been called.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startCollector, type Collector } from "../support/collector.js";
import { runProgram } from "../support/subprocess.js";
import { spanTree } from "../../js/testing/tree.js";

const MAKERS = {
  "SDK 1.x": `
    import * as sdk from "sdk-trace-node-1";
    function provide(processor, attributes = {}, sampled = true) {
      const provider = new sdk.NodeTracerProvider({ resource: resourceOf(attributes) });
      provider.addSpanProcessor(processor);
      return provider;
    }
    function resourceOf(attributes) {
      const { resource } = new sdk.NodeTracerProvider();
      return resource.merge(new resource.constructor(attributes));
    }`,
  "SDK 2.x": `
    import * as sdk from "@opentelemetry/sdk-trace-node";
    import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
    function provide(processor, attributes = {}) {
      const resource = defaultResource().merge(resourceFromAttributes(attributes));
      return new sdk.NodeTracerProvider({ resource, spanProcessors: [processor] });
    }`,
};

const PRELUDE = `
  import { context, propagation, trace } from "@opentelemetry/api";
  import { agentSpan, flush, manualSpan, setup, withAttributes } from "catalyst-tracing";
  import { CatalystSpanProcessor } from "catalyst-tracing/otel";
`;

async function run(
  maker: string,
  source: string,
  collector: Collector,
  env: Record<string, string> = {},
): Promise<string> {
  const { code, stdout, stderr } = await runProgram(`${PRELUDE}${maker}\n${source}`, {
    env: { CATALYST_OTLP_ENDPOINT: collector.url, ...env },
  });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.deepEqual(collector.problems, []);
  return stdout;
}

for (const [sdk, maker] of Object.entries(MAKERS)) {
  test(`${sdk}: spans arrive with what the provider says of the service`, async () => {
    await using collector = await startCollector();
    await run(
      maker,
      `const provider = provide(new CatalystSpanProcessor(), {
         "service.name": "shop", "service.version": "7", "deployment.environment.name": "live",
         team: "a", region: "eu",
       });
       provider.getTracer("t").startSpan("one").end();
       await provider.shutdown();`,
      collector,
      { OTEL_RESOURCE_ATTRIBUTES: "team=b" },
    );
    const { resource } = collector.spans[0] ?? assert.fail();
    assert.equal(resource["service.name"], "shop");
    assert.equal(resource["service.version"], "7");
    assert.equal(resource["deployment.environment"], "live");
    assert.equal(resource["region"], "eu");
    assert.equal(resource["team"], "b", "the environment comes first");
    assert.equal(resource["telemetry.sdk.name"], "catalyst-tracing");
  });

  test(`${sdk}: options and environment come before the provider's resource`, async () => {
    await using collector = await startCollector();
    const program = `
      const provider = provide(
        new CatalystSpanProcessor({ serviceVersion: "9", resourceAttributes: { team: "c" } }),
        { "service.name": "shop", "service.version": "7", team: "a" },
      );
      provider.getTracer("t").startSpan("one").end();
      await provider.shutdown();`;
    await run(maker, program, collector, { OTEL_SERVICE_NAME: "named" });
    const { resource } = collector.spans[0] ?? assert.fail();
    assert.equal(resource["service.name"], "named");
    assert.equal(resource["service.version"], "9");
    assert.equal(resource["team"], "c");
  });

  test(`${sdk}: a provider that nobody has named takes the app's name`, async () => {
    await using collector = await startCollector();
    const program = `
      const provider = provide(new CatalystSpanProcessor());
      provider.getTracer("t").startSpan("one").end();
      await provider.shutdown();`;
    await run(maker, program, collector);
    assert.equal(collector.spans[0]?.resource["service.name"], "catalyst-tracing");
  });

  test(`${sdk}: agentSpan and manualSpan go through the registered provider`, async () => {
    await using collector = await startCollector();
    const program = `
      const provider = provide(new CatalystSpanProcessor());
      provider.register();
      await agentSpan({ agentId: "support", sessionId: "s-1" }, async () => {
        await trace.getTracer("theirs").startActiveSpan("query", async (span) => {
          await manualSpan({ spanName: "step" }, () => {});
          span.end();
        });
      });
      const { delivered } = await flush();
      await provider.shutdown();
      await agentSpan({ agentId: "late" }, () => {});
      console.log(delivered);`;
    assert.equal(await run(maker, program, collector), "3\n");
    assert.equal(
      spanTree(collector.spans),
      "support.run [AGENT]\n└─ query [internal]\n   └─ step [CHAIN]\n",
    );
    for (const span of collector.spans) assert.equal(span.attributes["session.id"], "s-1");
  });

  test(`${sdk}: a provider that is not registered gets the spans made with its tracer`, async () => {
    await using collector = await startCollector();
    const program = `
      const provider = provide(new CatalystSpanProcessor());
      await agentSpan({ agentId: "nobody" }, () => {});
      await agentSpan(provider.getTracer("mine"), { agentId: "mine" }, () => {});
      console.log(trace.getTracerProvider().getDelegate().constructor.name);
      await provider.shutdown();`;
    assert.equal(await run(maker, program, collector), "NoopTracerProvider\n");
    assert.deepEqual(
      collector.spans.map(({ name }) => name),
      ["mine.run"],
    );
  });

  test(`${sdk}: setup() later on takes the pipeline over, and the provider's shutdown leaves it`, async () => {
    await using collector = await startCollector();
    const program = `
      const provider = provide(new CatalystSpanProcessor(), { "service.name": "shop" });
      provider.getTracer("t").startSpan("before").end();
      const tracing = await setup({ register: false, serviceName: "app" });
      provider.getTracer("t").startSpan("between").end();
      await provider.shutdown();
      await agentSpan({ agentId: "after" }, () => {});
      await tracing.shutdown();
      console.log(JSON.stringify(tracing.stats()));`;
    const stats = JSON.parse(await run(maker, program, collector)) as Record<string, number>;
    assert.equal(stats["delivered"], 3);
    assert.equal(stats["queued"], 0);
    assert.deepEqual(collector.spans.map(({ name }) => name).sort(), [
      "after.run",
      "before",
      "between",
    ]);
  });

  test(`${sdk}: after setup()'s shutdown nothing starts again by itself`, async () => {
    await using collector = await startCollector();
    const program = `
      const provider = provide(new CatalystSpanProcessor());
      await (await setup({ register: false })).shutdown();
      provider.getTracer("t").startSpan("late").end();
      await provider.shutdown();`;
    await run(maker, program, collector);
    assert.deepEqual(collector.spans, []);
  });

  for (const [what, env, code] of [
    ["the environment", { OTEL_SDK_DISABLED: "true" }, ""],
    ["setup()", {}, "await setup({ disabled: true });"],
    ["its own options", {}, "disabled"],
  ] as const) {
    test(`${sdk}: disabled by ${what}, it lets the app's provider work and sends nothing`, async () => {
      await using collector = await startCollector();
      const options = code === "disabled" ? "{ disabled: true }" : "";
      const program = `
        ${code === "disabled" ? "" : code}
        const provider = provide(new CatalystSpanProcessor(${options}));
        const span = provider.getTracer("t").startSpan("one");
        console.log(span.isRecording());
        span.end();
        await provider.forceFlush();
        await provider.shutdown();`;
      assert.equal(await run(maker, program, collector, { ...env }), "true\n");
      assert.deepEqual(collector.requests, []);
    });
  }

  test(`${sdk}: what had ended is delivered when the process just ends`, async () => {
    await using collector = await startCollector();
    const program = `
      const provider = provide(new CatalystSpanProcessor());
      for (let n = 0; n < 20; n++) provider.getTracer("t").startSpan("span " + n).end();
      process.exit();`;
    await run(maker, program, collector);
    assert.equal(collector.spans.length, 20);
  });

  test(`${sdk}: every worker thread may have a provider with a processor`, async () => {
    await using collector = await startCollector();
    const program = `
      import { once } from "node:events";
      import { isMainThread, Worker, workerData } from "node:worker_threads";
      const provider = provide(new CatalystSpanProcessor());
      provider.register();
      await agentSpan({ agentId: isMainThread ? "main" : "worker" + workerData }, () => {});
      if (isMainThread) {
        const workers = [1, 2].map((n) => new Worker(new URL(import.meta.url), { workerData: n }));
        await Promise.all(workers.map((worker) => once(worker, "exit")));
      }
      await provider.shutdown();`;
    await run(maker, program, collector);
    assert.deepEqual(collector.spans.map(({ name }) => name).sort(), [
      "main.run",
      "worker1.run",
      "worker2.run",
    ]);
  });
}

test("what a resource finds out later is part of what is sent from then on", async () => {
  await using collector = await startCollector();
  await run(
    MAKERS["SDK 2.x"],
    `let tell;
     const told = new Promise((resolve) => (tell = resolve));
     const found = defaultResource().merge(
       (await import("@opentelemetry/resources")).detectResources({
         detectors: [{ detect: () => ({ attributes: { "host.id": told, "service.name": "shop" } }) }],
       }),
     );
     const provider = new sdk.NodeTracerProvider({
       resource: found, spanProcessors: [new CatalystSpanProcessor()],
     });
     provider.getTracer("t").startSpan("first").end();
     await provider.forceFlush();
     tell("h-1");
     await found.waitForAsyncAttributes();
     await new Promise((resolve) => setImmediate(resolve));
     provider.getTracer("t").startSpan("second").end();
     await provider.shutdown();`,
    collector,
  );
  assert.deepEqual(
    collector.spans.map(({ name, resource }) => [
      name,
      resource["service.name"],
      resource["host.id"],
    ]),
    [
      ["first", "shop", undefined],
      ["second", "shop", "h-1"],
    ],
  );
});

test("an option that does not exist is an error of the constructor", async () => {
  const { CatalystSpanProcessor } = await import("catalyst-tracing/otel");
  assert.throws(() => new CatalystSpanProcessor({ endpiont: "x" } as never), {
    name: "CatalystTracingError",
    code: "ERR_UNKNOWN_OPTION",
  });
});
