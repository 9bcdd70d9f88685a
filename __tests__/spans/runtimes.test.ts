// Inheritance on every runtime that is here: one agent whose work is handed on in every way, and two
// hundred agents at once.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { startCollector } from "../support/collector.js";
import { findBun, findDeno, nodeVersions } from "../support/node-versions.js";
import type { DecodedSpan } from "../support/otlp.js";
import { projectRoot } from "../support/project.js";
import { type ProgramOptions, runProgram } from "../support/subprocess.js";
import { spanTree } from "../../js/testing/tree.js";

const SCENARIO = "__tests__/scenarios/inherited-identity";

const AGENTS = 200;

const CROWD = `
import { setTimeout as delay } from "node:timers/promises";
import { agentSpan, manualSpan, observe, setup } from "catalyst-tracing";
const tracing = await setup();
const words = observe(async function* words(agent) {
  for (let n = 0; n < 3; n++) {
    await delay((agent * 5 + n) % 4);
    await manualSpan({ spanName: agent + ".word" }, () => new Promise((done) => setImmediate(done)));
    yield n;
  }
});
const work = async (agent) => {
  await delay(agent % 7);
  await Promise.all([
    manualSpan({ spanName: agent + ".step" }, async () => {
      await delay((agent * 3) % 5);
      await new Promise((done) => setTimeout(() => {
        tracing.tracer.startSpan(agent + ".timer").end();
        done();
      }, agent % 3));
    }),
    (async () => { for await (const word of words(agent)) await delay(word % 2); })(),
  ]);
};
await Promise.all(Array.from({ length: ${AGENTS} }, (_, agent) =>
  agentSpan({ agentName: String(agent), sessionId: "session " + agent }, () => work(agent)),
));
await tracing.shutdown();
`;

/** By their names' ends: under which span each has to be. */
const PARENTS: Readonly<Record<string, string>> = {
  word: "words",
  step: "run",
  timer: "step",
  words: "run",
};

async function spansOf(program: string, options: ProgramOptions): Promise<DecodedSpan[]> {
  await using collector = await startCollector();
  const env = { CATALYST_OTLP_ENDPOINT: collector.url, CATALYST_SERVICE_NAME: "inheritance" };
  const { code, stderr } = await runProgram(program, { ...options, env });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.deepEqual(collector.problems, []);
  return collector.spans;
}

for (const runtime of [...nodeVersions(), findBun(), findDeno()]) {
  if ("skipped" in runtime) {
    test("a runtime that is not here", { skip: runtime.skipped }, () => {});
    continue;
  }
  const { name, version, path } = runtime;
  const options: ProgramOptions = { runtime: name, ...(name === "node" && { node: path }) };

  test(`${name} ${version}: a session reaches all that its agent starts, in every way`, async () => {
    const program = join(projectRoot, ".build", SCENARIO, "program.js");
    const spans = await spansOf(program, options);
    const expected = readFileSync(join(projectRoot, SCENARIO, "expected-tree.txt"), "utf8");
    assert.equal(spanTree(spans), expected);
    for (const { name: span, attributes } of spans) {
      const session = span === "plain listener, emitted outside" ? undefined : "the session";
      assert.equal(attributes["session.id"], session, span);
    }
    assert.equal(spans.find((span) => span.name === "leaf")?.attributes["user.id"], "somebody");
  });

  test(`${name} ${version}: two hundred agents at once keep their spans and sessions`, async () => {
    const spans = await spansOf(CROWD, options);
    assert.equal(spans.length, AGENTS * 7);
    const byId = new Map(spans.map((span) => [`${span.traceId}/${span.spanId}`, span]));
    for (const span of spans) {
      const agent = span.attributes["agent.name"];
      assert.equal(span.attributes["session.id"], `session ${String(agent)}`);
      const end = span.name.split(".").at(-1) ?? "";
      if (end !== "words") assert.equal(span.name.split(".")[0], agent);
      const parent = byId.get(`${span.traceId}/${span.parentSpanId}`);
      assert.equal(parent?.name.split(".").at(-1), PARENTS[end], span.name);
      assert.equal((parent ?? span).attributes["agent.name"], agent, span.name);
    }
    assert.equal(new Set(spans.map((span) => span.traceId)).size, AGENTS);
  });
}
