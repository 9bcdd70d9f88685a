// `sink: "console"`: what somebody sees who tries things, on stderr and nowhere else.

import assert from "node:assert/strict";
import { test } from "node:test";

import { runTraced } from "../lifetimes/programs.js";
import { startCollector } from "../support/collector.js";
import { findBun, findDeno } from "../support/node-versions.js";
import { type ProgramOptions, runProgram, startProgram } from "../support/subprocess.js";

const PRELUDE = `
import { agentSpan, manualSpan, setup } from "catalyst-tracing";
const tracing = await setup({ autoInstrument: false, ...JSON.parse(process.env.TEST_OPTIONS) });
const { tracer } = tracing;
const step = (spanName, fn = () => {}) => manualSpan({ spanName }, fn);
const run = (agentId, fn) => agentSpan({ agentId }, fn);
`;

async function seen(body: string, { setup = {}, ...options }: ProgramOptions & { setup?: object }) {
  const env = { TEST_OPTIONS: JSON.stringify({ sink: "console", ...setup }), ...options.env };
  const result = await runProgram(PRELUDE + body, { timeoutMs: 20_000, ...options, env });
  assert.equal(result.code, 0, result.stderr);
  return { ...result, tree: result.stderr.replaceAll(/ \d+(\.\d+)? m?s/g, " 0 ms") };
}

const lines = (...text: string[]): string => text.map((line) => `${line}\n`).join("");

test("a finished trace is a tree with durations, tokens and errors, and stdout is the app's", async () => {
  const { tree, stdout } = await seen(
    `await run("desk", async () => {
      const usage = { inputTokens: 12, outputTokens: 3 };
      await manualSpan({ spanName: "chat", spanKind: "LLM", usage }, () => step("http"));
      await step("refund", () => { throw new Error("no\\nmoney"); }).catch(() => {});
    });
    console.log(tracing.endpoint);`,
    {},
  );
  assert.equal(
    tree,
    lines(
      "desk.run [AGENT] 0 ms",
      "├─ chat [LLM] 0 ms 12→3 tokens",
      "│  └─ http [CHAIN] 0 ms",
      "└─ refund [CHAIN] 0 ms ERROR: no\\nmoney",
    ),
  );
  assert.equal(stdout, "console:\n");
});

test("traces are printed as they finish, while the app runs on", async () => {
  const body = `await run("first", () => step("inner")); setInterval(() => {}, 1000);`;
  const program = await startProgram(PRELUDE + body, {
    env: { TEST_OPTIONS: JSON.stringify({ sink: "console" }) },
    timeoutMs: 20_000,
  });
  let printed = "";
  for await (const text of program.process.stderr ?? []) {
    printed += String(text);
    if (printed.includes("inner")) break;
  }
  program.kill();
  assert.match(printed, /^first\.run .*\n└─ inner .*\n$/);
  assert.equal((await program.done).timedOut, false);
});

test("what has not finished when the process ends is printed as it stands", async () => {
  const { tree } = await seen(
    `tracer.startActiveSpan("never ends", () => { tracer.startSpan("child").end(); });
    await step("done");`,
    {},
  );
  assert.equal(
    tree,
    lines("done [CHAIN] 0 ms", "child [internal] 0 ms (its parent has not ended)"),
  );
});

test("what ends after its trace comes later and says so", async () => {
  const { tree } = await seen(
    `let late;
    await run("desk", () => { late = tracer.startSpan("late"); });
    await tracing.flush();
    late.end();
    await tracing.shutdown();`,
    {},
  );
  assert.equal(
    tree,
    lines("desk.run [AGENT] 0 ms", "late [internal] 0 ms (ended after its trace was printed)"),
  );
});

test("no collector is looked for, and nobody is warned that there is none", async () => {
  const { stderr } = await seen(`await step("alone");`, { setup: { debug: false } });
  assert.doesNotMatch(stderr, /cannot be reached|catalyst-tracing\]/);
});

test("a collector that is configured gets the spans as well", async () => {
  await using collector = await startCollector();
  const { stderr } = await runTraced(`endSpan("both");`, collector.url, {
    setup: { autoInstrument: false },
    env: { CATALYST_SINK: "console" },
  });
  assert.match(stderr, /^both \[internal\] [\d.]+ ms\n$/);
  assert.deepEqual(
    collector.spans.map(({ name }) => name),
    ["both"],
  );
});

test("CATALYST_SINK=console is enough, with register and no code", async () => {
  const result = await runProgram(
    `import { trace } from "@opentelemetry/api"; trace.getTracer("app").startSpan("work").end();`,
    { runtimeArgs: ["--import", "catalyst-tracing/register"], env: { CATALYST_SINK: "console" } },
  );
  assert.match(result.stderr, /^work \[internal\] [\d.]+ ms\n$/);
});

test("colours come where they are asked for, and NO_COLOR comes before that", async () => {
  const body = `await step("x");`;
  const forced = await seen(body, { env: { FORCE_COLOR: "1" } });
  assert.ok(forced.stderr.includes("\u001B[1mx\u001B[0m"));
  for (const env of [{}, { FORCE_COLOR: "1", NO_COLOR: "1" }]) {
    assert.ok(!(await seen(body, { env })).stderr.includes("\u001B"));
  }
});

test("a name cannot give the terminal orders", async () => {
  const { stderr } = await seen(`await step("\\u001B[2J\\u0007\\u009B31m");`, {});
  assert.ok(stderr.startsWith("\\u001b[2J\\u0007\\u009b31m [CHAIN]"), JSON.stringify(stderr));
});

test("with a filter each span is printed when it comes, whatever it hangs on", async () => {
  const destinations = [{ sink: "console", filter: { names: "child" } }];
  const { tree } = await seen(`await run("desk", () => step("child"));`, {
    setup: { sink: undefined, destinations },
  });
  assert.equal(tree, lines("child [CHAIN] 0 ms (its parent is not here)"));
});

test("ten thousand spans come through a pipe without a gap", async () => {
  const { stderr, stdout } = await seen(
    `for (let i = 0; i < 100; i++) await run("r" + i, async () => {
      for (let k = 0; k < 99; k++) tracer.startSpan("s".repeat(50)).end();
    });
    await tracing.shutdown(10_000);
    const { delivered, lost } = tracing.stats();
    console.log(JSON.stringify({ delivered, lost }));`,
    {},
  );
  assert.deepEqual(JSON.parse(stdout), { delivered: 10_000, lost: 0 });
  assert.equal(stderr.split("\n").length - 1, 10_000);
});

test("stderr that nobody reads any more costs spans by name, and the app nothing", async () => {
  const body = `await step("unseen");
    await tracing.shutdown();
    console.log(JSON.stringify(tracing.stats().losses));`;
  const program = await startProgram(PRELUDE + body, {
    env: { TEST_OPTIONS: JSON.stringify({ sink: "console" }) },
  });
  program.process.stderr?.destroy();
  const { stdout, code } = await program.done;
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), [{ stage: "export", reason: "closed", spans: 1 }]);
});

for (const runtime of [findBun(), findDeno()]) {
  if ("skipped" in runtime) {
    test("a runtime that is not here", { skip: runtime.skipped }, () => {});
    continue;
  }
  test(`${runtime.name} prints traces too`, async () => {
    const { tree } = await seen(`await run("desk", () => step("inner")); await tracing.flush();`, {
      runtime: runtime.name.toLowerCase() as "bun" | "deno",
    });
    assert.equal(tree, lines("desk.run [AGENT] 0 ms", "└─ inner [CHAIN] 0 ms"));
  });
}
