// Where there is no native module: one warning, and every function runs.

import assert from "node:assert/strict";
import { test } from "node:test";

import { runProgram } from "../support/subprocess.js";

const PROGRAM = `
import assert from "node:assert/strict";
// An architecture for which nothing is built.
Object.defineProperty(process, "arch", { value: "pdp11" });
const { agentSpan, flush, getCurrentSpan, manualSpan, observe, setup, withAttributes } =
  await import("catalyst-tracing");
for (let again = 0; again < 2; again++) {
  const tracing = await setup();
  const value = {};
  const thrown = new Error("theirs");
  const fail = () => { throw thrown; };
  const isIt = (error) => error === thrown;
  assert.equal(await agentSpan({ agentName: "a" }, (span) => (span.setOutput(1n), value)), value);
  assert.equal(await manualSpan(tracing, {}, async () => value), value);
  assert.equal(withAttributes({ sessionId: "s" }, () => value), value);
  const promise = Promise.resolve(value);
  assert.equal(observe(() => promise)(), promise);
  assert.deepEqual([...observe(function* () { yield* [1, 2]; })()], [1, 2]);
  await assert.rejects(agentSpan({}, fail), isIt);
  await assert.rejects(manualSpan({}, fail), isIt);
  assert.throws(observe(fail), isIt);
  assert.equal(getCurrentSpan(), undefined);
  assert.equal((await flush()).delivered, 0);
  assert.equal(tracing.stats().started, 0);
  await tracing.shutdown();
}
console.log("all ran");
`;

test("without a native module every function runs, and one warning names the platform", async () => {
  const { code, stdout, stderr } = await runProgram(PROGRAM);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: "all ran\n" }, stderr);
  assert.match(stderr, /^\[catalyst-tracing\] there is no native module for \w+-pdp11.+\n$/);
});
