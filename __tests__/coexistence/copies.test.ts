// Two copies of this package in one process: one pipeline, one tree, no span twice, and one line
// that says so.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startCollector, type Collector } from "../support/collector.js";
import { runProgram } from "../support/subprocess.js";
import { spanTree } from "../../js/testing/tree.js";
import { type AppFolder, appWithCopies } from "./copies.js";

const APP = "catalyst-tracing";
const NESTED = "library/node_modules/catalyst-tracing";
const ALIAS = "@inference/tracing";

/** `a` and `b` are the two copies. */
const imports = (second: string): string => `
  import * as a from "catalyst-tracing";
  import * as b from "${second}";
  import { trace } from "@opentelemetry/api";
`;
const FROM_LIBRARY = "./node_modules/library/node_modules/catalyst-tracing/dist/index.js";

async function run(
  app: AppFolder,
  source: string,
  collector: Collector,
): Promise<{ stdout: string; lines: string[] }> {
  const { code, stdout, stderr } = await runProgram(await app.program(source), {
    env: { CATALYST_OTLP_ENDPOINT: collector.url, CATALYST_SERVICE_NAME: "app" },
  });
  assert.equal(code, 0, stderr);
  assert.deepEqual(collector.problems, []);
  return { stdout, lines: stderr.split("\n").filter((line) => line !== "") };
}

const TREE = [
  "outer.run [AGENT]",
  "└─ inner.run [AGENT]",
  "   └─ instrumented [internal]",
  "      └─ step [CHAIN]",
  "",
].join("\n");

/** Spans of both copies and of an instrumented library, in turn. */
const NEST = `
  await a.agentSpan({ agentId: "outer", sessionId: "s-1", input: { n: 1 } }, () =>
    b.agentSpan({ agentId: "inner", input: { n: 2 } }, () =>
      trace.getTracer("library").startActiveSpan("instrumented", async (span) => {
        await a.manualSpan({ spanName: "step", output: [3] }, () => {});
        span.end();
      }),
    ),
  );
`;

for (const [first, second] of [
  ["a", "b"],
  ["b", "a"],
]) {
  for (const [what, path, specifier] of [
    ["a dependency's copy", NESTED, FROM_LIBRARY],
    ["the package under its other name", ALIAS, ALIAS],
  ] as const) {
    test(`${what} shares the pipeline, whose setup() comes first: ${first}`, async () => {
      await using collector = await startCollector();
      await using app = await appWithCopies({ [APP]: "0.1.0", [path]: "0.2.3" });
      const { stdout, lines } = await run(
        app,
        `${imports(specifier)}
         const one = await ${first}.setup();
         const other = await ${second}.setup();
         ${NEST}
         console.log(one === other);
         const { delivered } = await ${second}.flush();
         console.log(delivered);
         await other.shutdown();
         console.log(JSON.stringify(one.stats()));`,
        collector,
      );
      const [same, delivered, stats] = stdout.trim().split("\n");
      assert.deepEqual([same, delivered], ["true", "4"]);
      const { started, ended, queued, faults } = JSON.parse(stats ?? "") as Record<string, number>;
      assert.deepEqual(
        { started, ended, queued, faults },
        { started: 4, ended: 4, queued: 0, faults: 0 },
      );
      assert.equal(spanTree(collector.spans), TREE);
      const inputs = collector.spans.map(({ attributes }) => attributes["input.value"]);
      assert.deepEqual(new Set(inputs.filter(Boolean)), new Set(['{"n":1}', '{"n":2}']));
      for (const span of collector.spans) assert.equal(span.attributes["session.id"], "s-1");
      const [versions, ...more] = lines;
      const [owner, guest] = first === "a" ? ["0.1.0", "0.2.3"] : ["0.2.3", "0.1.0"];
      assert.ok(
        versions?.includes(`two copies of catalyst-tracing (${owner} and ${guest});`),
        versions,
      );
      assert.deepEqual(more, [], "said once");
    });
  }
}

test("spans of a copy that was never set up go through the one that was", async () => {
  await using collector = await startCollector();
  await using app = await appWithCopies({ [APP]: "0.1.0", [NESTED]: "0.1.0" });
  const { lines } = await run(
    app,
    `${imports(FROM_LIBRARY)} const tracing = await a.setup(); ${NEST} await tracing.shutdown();`,
    collector,
  );
  assert.equal(spanTree(collector.spans), TREE);
  assert.deepEqual(lines, []);
});

test("a copy with another API of OpenTelemetry's still shares pipeline and tree", async () => {
  await using collector = await startCollector();
  await using app = await appWithCopies({ [APP]: "0.1.0", [NESTED]: "0.1.0" }, [NESTED]);
  await run(
    app,
    `${imports(FROM_LIBRARY)}
     const tracing = await b.setup(); await a.setup(); ${NEST} await tracing.shutdown();`,
    collector,
  );
  assert.equal(spanTree(collector.spans), TREE);
});

test("one copy's shutdown ends tracing for both, and either can start it again", async () => {
  await using collector = await startCollector();
  await using app = await appWithCopies({ [APP]: "0.1.0", [ALIAS]: "0.1.0" });
  await run(
    app,
    `${imports(ALIAS)}
     const tracing = await a.setup();
     await (await b.setup()).shutdown();
     await a.agentSpan({ agentId: "nobody" }, () => {});
     const again = await b.setup();
     ${NEST}
     await again.shutdown();`,
    collector,
  );
  assert.equal(spanTree(collector.spans), TREE);
});

test("a wrong option is an error whichever copy it is given to", async () => {
  await using collector = await startCollector();
  await using app = await appWithCopies({ [APP]: "0.1.0", [ALIAS]: "0.1.0" });
  const { stdout } = await run(
    app,
    `${imports(ALIAS)}
     const tracing = await a.setup();
     const error = await b.setup({ endpiont: "x" }).catch((thrown) => thrown);
     console.log(error.code, error.name);
     await tracing.shutdown();`,
    collector,
  );
  assert.equal(stdout, "ERR_UNKNOWN_OPTION CatalystTracingError\n");
});

test("the processor of one copy sends through the pipeline of the other, once", async () => {
  await using collector = await startCollector();
  await using app = await appWithCopies({ [APP]: "0.1.0", [ALIAS]: "0.1.0" });
  const sdk = import.meta.resolve("@opentelemetry/sdk-trace-node");
  await run(
    app,
    `import { NodeTracerProvider } from "${sdk}";
     import { CatalystSpanProcessor as A } from "catalyst-tracing/otel";
     import { CatalystSpanProcessor as B } from "@inference/tracing/otel";
     ${imports(ALIAS)}
     const provider = new NodeTracerProvider({ spanProcessors: [new B(), new A()] });
     const tracing = await a.setup({ register: false });
     provider.getTracer("t").startSpan("once").end();
     await provider.shutdown();
     await a.agentSpan({ agentId: "after" }, () => {});
     await tracing.shutdown();`,
    collector,
  );
  assert.deepEqual(collector.spans.map(({ name }) => name).sort(), ["after.run", "once"]);
});

test("the processor of one copy takes the pipeline that the other's has started", async () => {
  await using collector = await startCollector();
  await using app = await appWithCopies({ [APP]: "0.1.0", [ALIAS]: "0.1.0" });
  const sdk = import.meta.resolve("@opentelemetry/sdk-trace-node");
  await run(
    app,
    `import { NodeTracerProvider } from "${sdk}";
     import { CatalystSpanProcessor as A } from "catalyst-tracing/otel";
     import { CatalystSpanProcessor as B } from "@inference/tracing/otel";
     const one = new NodeTracerProvider({ spanProcessors: [new B()] });
     const other = new NodeTracerProvider({ spanProcessors: [new A()] });
     one.getTracer("t").startSpan("of one").end();
     other.getTracer("t").startSpan("of the other").end();
     await other.shutdown();
     one.getTracer("t").startSpan("of one again").end();
     await one.shutdown();`,
    collector,
  );
  assert.deepEqual(collector.spans.map(({ name }) => name).sort(), [
    "of one",
    "of one again",
    "of the other",
  ]);
});

test("two copies in worker threads share each thread's half of the pipeline", async () => {
  await using collector = await startCollector();
  await using app = await appWithCopies({ [APP]: "0.1.0", [ALIAS]: "0.1.0" });
  await run(
    app,
    `import { once } from "node:events";
     import { isMainThread, Worker } from "node:worker_threads";
     ${imports(ALIAS)}
     const tracing = await (isMainThread ? a : b).setup();
     await (isMainThread ? b : a).setup();
     if (isMainThread) await once(new Worker(new URL(import.meta.url)), "exit");
     ${NEST}
     await tracing.shutdown();`,
    collector,
  );
  assert.equal(spanTree(collector.spans), TREE + TREE);
});
