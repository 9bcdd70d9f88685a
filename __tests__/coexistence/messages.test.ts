// What a developer is told about an OpenTelemetry that was there before: one line, once, or nothing.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startCollector } from "../support/collector.js";
import { runProgram } from "../support/subprocess.js";
import { appWithCopies } from "./copies.js";

const PRELUDE = `
  import { context, propagation, trace } from "@opentelemetry/api";
  import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
  import { CatalystSpanProcessor } from "catalyst-tracing/otel";
  import { setup } from "catalyst-tracing";
`;
const PROVIDER = "new NodeTracerProvider().register();";

/** The lines that the program writes to stderr. */
async function said(before: string, call = "await setup();", file = PRELUDE): Promise<string[]> {
  await using collector = await startCollector();
  const end = "const last = await setup(); await last.shutdown();";
  const { code, stderr } = await runProgram(`${file}${before}\n${call}\n${end}`, {
    env: { CATALYST_OTLP_ENDPOINT: collector.url },
  });
  assert.equal(code, 0, stderr);
  return stderr.split("\n").filter((line) => line !== "");
}

test("a provider that stays is named once, with what follows and what to do", async () => {
  const [line, ...more] = await said(PROVIDER, "await setup(); await setup();");
  assert.match(line ?? "", /^\[catalyst-tracing\] OpenTelemetry has a tracer provider already/);
  for (const choice of ["CatalystSpanProcessor", "register: true", "register: false"]) {
    assert.ok(line?.includes(choice), `${choice} is missing in: ${line}`);
  }
  assert.deepEqual(more, []);
});

test("who has the processor at the provider is not told to add it", async () => {
  const [line, ...more] = await said(
    "new NodeTracerProvider({ spanProcessors: [new CatalystSpanProcessor()] }).register();",
  );
  assert.match(line ?? "", /tracer provider already/);
  assert.doesNotMatch(line ?? "", /CatalystSpanProcessor/);
  assert.deepEqual(more, []);
});

test("a propagator alone is named with what it does not carry", async () => {
  const [line, ...more] = await said(`${PROVIDER} trace.disable(); context.disable();`);
  assert.match(line ?? "", /propagator already.*the agent, the session and the user/);
  assert.deepEqual(more, []);
});

test("a context manager alone is named as shared", async () => {
  const [line, ...more] = await said(`${PROVIDER} trace.disable(); propagation.disable();`);
  assert.match(line ?? "", /context manager already.*also carries/);
  assert.deepEqual(more, []);
});

test("OpenTelemetry's own log has no error of our making", async () => {
  const lines = await said(
    `import { diag, DiagLogLevel } from "@opentelemetry/api";
     ${PROVIDER}
     diag.setLogger({ ...console, verbose() {}, debug() {}, info() {} }, DiagLogLevel.ALL);`,
    `await setup({ register: false }); await setup(); await setup({ register: true });
     await (await setup()).shutdown(); process.exit();`,
  );
  assert.deepEqual(
    lines.filter((line) => !line.startsWith("[catalyst-tracing]")),
    [],
  );
});

for (const [what, before, call] of [
  ["where nobody was there", "", "await setup();"],
  ["with register: true", PROVIDER, "await setup({ register: true });"],
  ["with register: false", PROVIDER, "await setup({ register: false });"],
  ["with a processor alone", PROVIDER, "new CatalystSpanProcessor();"],
] as const) {
  test(`nothing is said ${what}`, async () => {
    assert.deepEqual(await said(before, `${call}\nprocess.exit();`), []);
  });
}

test("another version of OpenTelemetry's API that came first is named as the cause", async () => {
  await using collector = await startCollector();
  await using app = await appWithCopies({ "catalyst-tracing": "0.1.0" });
  const program = await app.program(`
    const key = Symbol.for("opentelemetry.js.api.1");
    globalThis[key] = { version: "1.4.0" };
    const { agentSpan, manualSpan, setup } = await import("catalyst-tracing");
    const tracing = await setup();
    await agentSpan({ agentId: "a" }, () => manualSpan({ spanName: "b" }, () => {}));
    await tracing.shutdown();`);
  const { stderr } = await runProgram(program, { env: { CATALYST_OTLP_ENDPOINT: collector.url } });
  assert.match(stderr, /did not let this package register \(trace, context, propagation\)/);
  assert.match(stderr, /npm ls @opentelemetry\/api/);
  assert.equal(stderr.trim().split("\n").length, 1);
  const [inner, outer] = collector.spans;
  assert.equal(inner?.parentSpanId, outer?.spanId, "our own spans nest all the same");
});
