// The same program on every runtime that is here: context over awaits, snapshots, an error, and a
// `process.exit()` right after the last span.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startCollector } from "../support/collector.js";
import { findBun, findDeno, nodeVersions } from "../support/node-versions.js";
import { runProgram } from "../support/subprocess.js";
import { spanTree } from "../../js/testing/tree.js";

const PROGRAM = `
import { setup } from "catalyst-tracing";
const { tracer } = await setup();
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
await tracer.startActiveSpan("run", async (run) => {
  await wait(2);
  await Promise.all([1, 2].map((n) => tracer.startActiveSpan("step " + n, async (step) => {
    await wait(1);
    step.setAttribute("request", { n, text: "é😀", at: new Date(0) });
    tracer.startSpan("leaf of " + n).end();
    step.recordException(new TypeError("no"));
    step.end();
  })));
  run.end();
});
process.exit(7);
`;

const TREE = `\
run [internal]
├─ step 1 [internal]
│  └─ leaf of 1 [internal]
└─ step 2 [internal]
   └─ leaf of 2 [internal]
`;

for (const runtime of [...nodeVersions(), findBun(), findDeno()]) {
  if ("skipped" in runtime) {
    test("a runtime that is not here", { skip: runtime.skipped }, () => {});
    continue;
  }
  const { name, version, path } = runtime;
  test(`${name} ${version}: a whole trace arrives, and the exit code is the app's`, async () => {
    await using collector = await startCollector();
    const { code, stderr } = await runProgram(PROGRAM, {
      runtime: name,
      ...(name === "node" && { node: path }),
      env: { CATALYST_OTLP_ENDPOINT: collector.url, CATALYST_SERVICE_NAME: "runtimes" },
    });
    assert.deepEqual({ code, stderr }, { code: 7, stderr: "" });
    assert.deepEqual(collector.problems, []);
    assert.equal(spanTree(collector.spans), TREE);
    const step = collector.spans.find((span) => span.name === "step 1");
    assert.equal(
      step?.attributes["request"],
      JSON.stringify({ n: 1, text: "é😀", at: new Date(0) }),
    );
    assert.equal(step.events[0]?.attributes["exception.type"], "TypeError");
  });
}
