// Processors of the app's that fail. Some versions of the SDK let that fail the run, or the process:
// whatever becomes of those, all that happened in the run is in its tree.

import assert from "node:assert/strict";
import { test } from "node:test";

import { spanTree } from "../../../js/testing/tree.js";
import { AGENTS_SDKS } from "../../support/sdks.js";
import { runApp } from "./programs.js";

const HOOKS = ["onTraceStart", "onTraceEnd", "onSpanStart", "onSpanEnd"] as const;

const FAILURES: Readonly<Record<string, string>> = {
  "at once": `() => { throw new Error("from a processor"); }`,
  later: `async () => { await null; throw new Error("from a processor"); }`,
};

interface Told {
  /** What became of the undisturbed run, and of one for each hook and failure. */
  outcomes: string[];
  open: number;
  faults: number;
}

const PROGRAM = `
process.on("unhandledRejection", () => {});
console.error = () => {};
const tracing = await start();
const tools = [dig(async () => await manualSpan({ spanName: "query" }, () => "gold"))];
const finder = helper({ name: "Finder", tools });
const front = helper({ name: "Front", handoffs: [finder] });
const nothing = async () => {};
const quiet = {
  onTraceStart: nothing, onTraceEnd: nothing, onSpanStart: nothing, onSpanEnd: nothing,
  shutdown: nothing, forceFlush: nothing,
};
const outcomes = [];
const run = async (hooks) => {
  agents.setTraceProcessors([{ ...quiet, ...hooks }]);
  const question = "Please transfer to the finder and dig";
  outcomes.push(await agents.run(front, question).then(() => "fine", String));
  await new Promise((resolve) => setImmediate(resolve));
};
await run({});
for (const hook of ${JSON.stringify(HOOKS)}) {
  for (const fail of [${Object.values(FAILURES).join(", ")}]) await run({ [hook]: fail });
}
const { open, faults } = tracing.stats();
console.log(JSON.stringify({ outcomes, open, faults }));
await tracing.shutdown();
`;

for (const version of AGENTS_SDKS) {
  test(`${version}: a run has a complete tree though a processor fails`, async () => {
    const { spans, stdout, calls } = await runApp(version, PROGRAM);
    const { outcomes, open, faults } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Told;
    assert.deepEqual({ open, faults }, { open: 0, faults: 0 });
    const llm = spans.filter(({ attributes }) => attributes["openinference.span.kind"] === "LLM");
    assert.equal(llm.length, calls);
    const [undisturbed = "", ...disturbed] = treesOf(spans);
    assert.match(undisturbed, /Finder \[AGENT\](.|\n)*dig \[TOOL\](.|\n)*query \[CHAIN\]/);
    const [, ...ends] = outcomes;
    const cases = HOOKS.flatMap((hook) => Object.keys(FAILURES).map((how) => [hook, how] as const));
    assert.equal(disturbed.length, cases.length);
    for (const [index, [hook, how]] of cases.entries()) {
      const tree = disturbed[index] ?? "";
      const root = `Agent workflow [CHAIN]${ends[index] === "fine" ? "" : " ERROR: from a processor"}\n`;
      // Where the SDK is not let in, nothing of the run happens.
      const rest = hook === "onTraceStart" && ends[index] !== "fine" ? "" : below(undisturbed);
      assert.equal(tree, root + rest, `${hook} fails ${how}`);
    }
  });
}

function below(tree: string): string {
  return tree.slice(tree.indexOf("\n") + 1);
}

function treesOf(spans: Parameters<typeof spanTree>[0]): string[] {
  const traces = [...new Set(spans.map(({ traceId }) => traceId))];
  return traces.map((trace) => spanTree(spans.filter(({ traceId }) => traceId === trace)));
}
