// Redaction by the environment alone, in worker threads, and of spans of another provider.
import assert from "node:assert/strict";
import { test } from "node:test";

import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import { CatalystSpanProcessor } from "catalyst-tracing/otel";

import { runWithWorkers } from "../lifetimes/worker-programs.js";
import { startCollector } from "../support/collector.js";
import { runProgram } from "../support/subprocess.js";

const EMAIL = "ann.lee@example.com";

test("CATALYST_REDACT alone redacts what catalyst-tracing/register traces, to the exit", async () => {
  await using collector = await startCollector();
  const program = `
    import { manualSpan } from "catalyst-tracing";
    await manualSpan({ spanName: "s", input: "I am ${EMAIL} at 8.8.8.8" }, () => {});
    process.exit(0);
  `;
  const { code, stderr } = await runProgram(program, {
    runtimeArgs: ["--import", "catalyst-tracing/register"],
    env: { CATALYST_OTLP_ENDPOINT: collector.url, CATALYST_REDACT: "email" },
  });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  const input = String(collector.spans[0]?.attributes["input.value"]);
  assert.match(input, /^I am <email:[0-9a-f]{8}> at 8\.8\.8\.8$/);
});

test("a value has the same pseudonym in all threads of a process", async () => {
  await using collector = await startCollector();
  const trace = `tracer.startSpan("s", { attributes: { user: "${EMAIL}" } }).end();`;
  await runWithWorkers(
    `const tracing = await setup({ redact: true });
     const { tracer } = tracing;
     ${trace}
     await Promise.all([1, 2].map((index) => ended(start(index))));
     await tracing.shutdown();`,
    `const { tracer } = await setup({ redact: true });
     ${trace}`,
    collector,
  );
  const users = collector.spans.map(({ attributes: { user } }) => String(user));
  assert.equal(users.length, 3);
  assert.match(users[0] ?? "", /^<email:/);
  assert.equal(new Set(users).size, 1);
});

test("spans of another provider are redacted on their way through us", async () => {
  await using collector = await startCollector();
  const redact = ["email" as const, (text: string) => text.replace("Bob", "B.")];
  const processor = new CatalystSpanProcessor({ endpoint: collector.url, redact });
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  const span = provider.getTracer("theirs").startSpan("s", { attributes: { to: `Bob ${EMAIL}` } });
  span.addEvent("sent", { to: EMAIL });
  span.end();
  await provider.shutdown();
  const [arrived] = collector.spans;
  assert.match(String(arrived?.attributes["to"]), /^B\. <email:/);
  assert.match(String(arrived?.events[0]?.attributes["to"]), /^<email:/);
});
