// Traces at the end of a process, on every runtime that is here, and what hooks hold.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startCollector } from "../support/collector.js";
import { findBun, findDeno, nodeVersions } from "../support/node-versions.js";
import { type ProgramOptions, runProgram } from "../support/subprocess.js";

const START = `
  import { agentSpan, setup } from "catalyst-tracing";
  const tracing = await setup();
  tracing.onTrace((trace) => console.log(trace.tree().trimEnd(), trace.openSpans));
`;

const ENDS: readonly (readonly [how: string, body: string, code: number])[] = [
  ["by itself", "", 0],
  ["by process.exit()", "process.exit(3);", 3],
  ["by an uncaught error", `throw new Error("of the app");`, 1],
  ["by shutdown()", "await tracing.shutdown();", 0],
];

for (const [how, body, code] of ENDS) {
  test(`a trace that was finished is told once in a process that ends ${how}`, async () => {
    await using collector = await startCollector();
    const result = await runProgram(`${START} tracing.tracer.startSpan("last").end(); ${body}`, {
      env: { CATALYST_OTLP_ENDPOINT: collector.url },
    });
    assert.deepEqual([result.code, result.stdout], [code, "last [internal] 0\n"]);
    assert.equal(collector.spans.length, 1);
  });
}

test("a trace that process.exit() cuts off is told, with what was open as incomplete", async () => {
  await using collector = await startCollector();
  const program = `${START}
    await agentSpan({ agentId: "a" }, () => {
      tracing.tracer.startSpan("step").end();
      process.exit(0);
    });
  `;
  const { stdout } = await runProgram(program, { env: { CATALYST_OTLP_ENDPOINT: collector.url } });
  const lines = [
    "a.run [AGENT] ERROR: the process ended before the span did: process_exit",
    "└─ step [internal] 0",
  ];
  assert.equal(stdout, `${lines.join("\n")}\n`);
});

test("a hook that throws at the end of the process leaves its exit code alone", async () => {
  await using collector = await startCollector();
  const program = `${START}
    tracing.onTrace(() => { throw new Error("of the hook"); });
    tracing.tracer.startSpan("last").end();
    process.exit(0);
  `;
  const result = await runProgram(program, { env: { CATALYST_OTLP_ENDPOINT: collector.url } });
  assert.deepEqual([result.code, result.stdout], [0, "last [internal] 0\n"]);
  assert.match(
    result.stderr,
    /^\[catalyst-tracing\] onTrace\(\): a hook threw: Error: of the hook/,
  );
});

test("spans of traces that were told, and spans that never end, can be collected", async () => {
  await using collector = await startCollector();
  const program = `
    import { setup } from "catalyst-tracing";
    const tracing = await setup();
    let told = 0;
    tracing.onTrace(() => { told += 1; });
    const refs = [];
    (() => {
      for (let n = 0; n < 100; n += 1) {
        const ended = tracing.tracer.startSpan("ended");
        ended.end();
        refs.push(new WeakRef(ended), new WeakRef(tracing.tracer.startSpan("never ended")));
      }
    })();
    await tracing.flush();
    const isLeft = () => refs.some((ref) => ref.deref() !== undefined);
    for (let n = 0; n < 100 && isLeft(); n += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      globalThis.gc();
    }
    console.log(told, isLeft());
    await tracing.shutdown();
  `;
  const { stdout } = await runProgram(program, {
    env: { CATALYST_OTLP_ENDPOINT: collector.url },
    runtimeArgs: ["--expose-gc"],
  });
  assert.equal(stdout, "100 false\n");
});

for (const runtime of [...nodeVersions(), findBun(), findDeno()]) {
  if ("skipped" in runtime) {
    test("a runtime that is not here", { skip: runtime.skipped }, () => {});
    continue;
  }
  const { name, version, path } = runtime;
  const options: ProgramOptions = { runtime: name, ...(name === "node" && { node: path }) };

  test(`${name} ${version}: a hook is told, and what it does later is not traced`, async () => {
    await using collector = await startCollector();
    const program = `
      import { agentSpan, manualSpan, setup } from "catalyst-tracing";
      const tracing = await setup();
      const done = new Promise((resolve) => {
        tracing.onTrace(async (trace) => {
          console.log(trace.tree().trimEnd());
          await new Promise((turn) => setTimeout(turn, 1));
          await manualSpan({ spanName: "of the hook" }, () => undefined);
          resolve();
        });
      });
      await agentSpan({ agentId: "a" }, () => manualSpan({ spanName: "step" }, () => undefined));
      await done;
      await tracing.shutdown();
    `;
    const env = { CATALYST_OTLP_ENDPOINT: collector.url };
    const { code, stdout, stderr } = await runProgram(program, { ...options, env });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    assert.equal(stdout, "a.run [AGENT]\n└─ step [CHAIN]\n");
    assert.equal(collector.spans.length, 2);
  });
}
